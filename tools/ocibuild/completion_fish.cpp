// The completion script for fish.
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ocibuild {
namespace {

/// `text` as a single-quoted word of fish.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string value(const OptionShape& option) {
  switch (value_kind(option)) {
    case ValueKind::none: return "";
    case ValueKind::choice: return fmt::format(" -x -a {}", quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    case ValueKind::file: return " -r -F";
    case ValueKind::directory: return " -x -a '(__fish_complete_directories)'";
    case ValueKind::place: return " -x -a '(__ocibuild_places)'";
    case ValueKind::other: break;
  }
  return " -x";
}

std::string option_lines(const std::vector<OptionShape>& options, const std::string& condition) {
  std::string text;
  for (const OptionShape& option : options) {
    text += "complete -c ocibuild";
    if (!condition.empty()) text += fmt::format(" -n {}", quoted(condition));
    if (!option.short_name.empty()) text += fmt::format(" -s {}", option.short_name.substr(1));
    if (!option.long_name.empty()) text += fmt::format(" -l {}", option.long_name.substr(2));
    text += fmt::format("{} -d {}\n", value(option), quoted(option.description));
  }
  return text;
}

/// Holds where the next word is a name of a command of the group.
std::string group_condition(const CommandShape& group, const std::string& condition) {
  if (condition.empty()) return "__fish_use_subcommand";
  std::vector<std::string> names;
  for (const CommandShape& command : group.commands) names.push_back(command.name);
  return fmt::format("{}; and not __fish_seen_subcommand_from {}", condition, fmt::join(names, " "));
}

/// Everything below `group`, which is where `condition` holds.
std::string command_lines(const CommandShape& group, const std::string& condition) {
  std::string text;
  for (const CommandShape& command : group.commands) {
    text += fmt::format("complete -c ocibuild -n {} -a {} -d {}\n", quoted(group_condition(group, condition)),
                        command.name, quoted(command.description));
    const std::string here =
        fmt::format("{}{}__fish_seen_subcommand_from {}", condition, condition.empty() ? "" : "; and ", command.name);
    text += option_lines(command.options, command.commands.empty() ? here : group_condition(command, here));
    for (const OptionShape& positional : command.positionals) {
      const std::string candidates = value(positional);
      if (candidates == " -x") continue;
      text += fmt::format("complete -c ocibuild -n {}{}\n", quoted(here), candidates);
    }
    text += command_lines(command, here);
  }
  return text;
}

}  // namespace

std::string fish_completion(const CLI::App& root) {
  std::string text = "# fish completion for ocibuild. Made by `ocibuild completion fish`.\n\n";
  text += "function __ocibuild_places\n";
  text += "  if string match -q '*:*' -- (commandline -ct)\n    __fish_complete_suffix ''\n";
  text += fmt::format("  else\n    printf '%s\\n' {}\n  end\nend\n\n", place_prefixes);
  const CommandShape all = shape_of(root);
  return text + "complete -c ocibuild -f\n" + option_lines(all.options, "") + command_lines(all, "");
}

}  // namespace ocibuild
