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

}  // namespace

std::string fish_completion(const CLI::App& root) {
  std::string text = "# fish completion for ocibuild. Made by `ocibuild completion fish`.\n\n";
  text += "function __ocibuild_places\n";
  text += "  if string match -q '*:*' -- (commandline -ct)\n    __fish_complete_suffix ''\n";
  text += fmt::format("  else\n    printf '%s\\n' {}\n  end\nend\n\n", place_prefixes);
  text += "complete -c ocibuild -f\n" + option_lines(shape_of(root).options, "");
  for (const CommandShape& command : subcommand_shapes(root)) {
    text += fmt::format("complete -c ocibuild -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        quoted(command.description));
    const std::string condition = "__fish_seen_subcommand_from " + command.name;
    text += option_lines(command.options, condition);
    for (const OptionShape& positional : command.positionals) {
      const std::string candidates = value(positional);
      if (candidates == " -x") continue;
      text += fmt::format("complete -c ocibuild -n {}{}\n", quoted(condition), candidates);
    }
  }
  return text;
}

}  // namespace ocibuild
