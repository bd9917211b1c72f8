// The completion script for zsh, on top of its _arguments.
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ocibuild {
namespace {

/// `text` inside a single-quoted word of _arguments, where brackets, colons and backslashes mean something.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const OptionShape& option) {
  switch (value_kind(option)) {
    case ValueKind::choice: return fmt::format("({})", fmt::join(option.choices, " "));
    case ValueKind::file: return "_files";
    case ValueKind::directory: return "_files -/";
    case ValueKind::place: return "_ocibuild_places";
    default: return " ";
  }
}

std::string option_lines(const std::vector<OptionShape>& options, std::string_view indent) {
  std::string text;
  for (const OptionShape& option : options) {
    const bool flag = value_kind(option) == ValueKind::none;
    const std::string value = flag ? "" : fmt::format(":{}:{}", escaped(option.value), action(option));
    for (const std::string& name : {option.short_name, option.long_name}) {
      if (name.empty()) continue;
      const std::string_view joint = flag ? "" : name == option.long_name ? "=" : "+";
      text += fmt::format("{}'*{}{}[{}]{}' \\\n", indent, name, joint, escaped(option.description), value);
    }
  }
  return text;
}

std::string positional_lines(const CommandShape& command, std::string_view indent) {
  std::string text;
  for (const OptionShape& positional : command.positionals) {
    const std::string place = positional.repeatable ? "*" : "";
    text += fmt::format("{}'{}:{}:{}' \\\n", indent, place, escaped(positional.long_name), action(positional));
  }
  return text;
}

/// The functions for the groups below a command, and then the one for the command itself: in zsh each group gets the
/// words behind its name as if they were a command line.
std::string functions(const CommandShape& group, const std::string& name, const std::vector<OptionShape>& globals) {
  std::string text;
  for (const CommandShape& command : group.commands) {
    if (command.commands.empty()) continue;
    CommandShape whole = command;
    whole.options.insert(whole.options.end(), globals.begin(), globals.end());
    text += functions(whole, fmt::format("{}_{}", name, command.name), globals);
  }
  text += fmt::format("{}() {{\n  local curcontext=$curcontext state line\n  typeset -A opt_args\n", name);
  text += "  local -a commands=(\n";
  for (const CommandShape& command : group.commands) {
    text += fmt::format("    '{}:{}'\n", command.name, escaped(command.description));
  }
  text += "  )\n  _arguments -C \\\n" + option_lines(group.options, "    ");
  text += "    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n";
  text += "    command) _describe -t commands command commands ;;\n    argument)\n      case $line[1] in\n";
  for (const CommandShape& command : group.commands) {
    if (!command.commands.empty()) {
      text += fmt::format("        {0}) {1}_{0} ;;\n", command.name, name);
      continue;
    }
    text += fmt::format("        {})\n          _arguments \\\n", command.name);
    text += option_lines(command.options, "            ") + option_lines(globals, "            ");
    text += positional_lines(command, "            ") + "            && return 0 ;;\n";
  }
  return text + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const CLI::App& root) {
  std::string text = "#compdef ocibuild\n# zsh completion for ocibuild. Made by `ocibuild completion zsh`.\n\n";
  text += "_ocibuild_places() {\n  if compset -P '*:'; then\n    _files\n  else\n";
  text += fmt::format("    compadd -S '' -- {}\n  fi\n}}\n\n", place_prefixes);
  text += functions(shape_of(root), "_ocibuild", global_options(root));
  // Works from a file in $fpath as well as sourced after compinit.
  return text + "if [[ $funcstack[1] == _ocibuild ]]; then _ocibuild \"$@\"; else compdef _ocibuild ocibuild; fi\n";
}

}  // namespace ocibuild
