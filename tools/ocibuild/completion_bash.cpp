// The completion script for bash. Needs nothing but bash itself.
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ocibuild {
namespace {

// Bash cuts words at = and :, so `--color=al` arrives as three words and `oci:dir` too.
constexpr std::string_view beginning = R"(# bash completion for ocibuild. Made by `ocibuild completion bash`.

_ocibuild() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= index
  if [[ $current == [=:] ]]; then
    [[ $current == '=' ]] || previous=':'
    current=
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case ${COMP_WORDS[index]} in
)";

std::string action(const OptionShape& option) {
  switch (value_kind(option)) {
    case ValueKind::choice: return fmt::format("_ocibuild_words \"{}\"", fmt::join(option.choices, " "));
    case ValueKind::file: return "_ocibuild_files -f";
    case ValueKind::directory: return "_ocibuild_files -d";
    case ValueKind::place: return fmt::format("_ocibuild_words \"{}\"; compopt -o nospace", place_prefixes);
    default: return "COMPREPLY=()";
  }
}

std::string names_pattern(const OptionShape& option, const std::string& command) {
  std::string pattern;
  for (const std::string& name : {option.short_name, option.long_name}) {
    if (name.empty()) continue;
    pattern += fmt::format("{}\"{},\"{}", pattern.empty() ? "" : "|", command, name);
  }
  return pattern;
}

std::string value_cases(const std::vector<OptionShape>& options, const std::string& command) {
  std::string text;
  for (const OptionShape& option : options) {
    if (value_kind(option) == ValueKind::none) continue;
    // The global options hold for every command: their pattern has an asterisk instead of its name.
    std::string pattern = names_pattern(option, command);
    if (command.empty()) {
      pattern = fmt::format("*,{}", option.long_name);
    }
    text += fmt::format("    {}) {}; return ;;\n", pattern, action(option));
  }
  return text;
}

std::string option_words(const std::vector<OptionShape>& options) {
  std::string words;
  for (const OptionShape& option : options) {
    if (!option.long_name.empty()) words += (words.empty() ? "" : " ") + option.long_name;
  }
  return words;
}

std::string positional_action(const CommandShape& command) {
  return command.positionals.empty() ? "COMPREPLY=()" : action(command.positionals.front());
}

}  // namespace

std::string bash_completion(const CLI::App& root) {
  const std::vector<CommandShape> commands = subcommand_shapes(root);
  const std::vector<OptionShape> globals = global_options(root);
  std::vector<std::string> names;
  for (const CommandShape& command : commands) names.push_back(command.name);
  std::string text{beginning};
  text += fmt::format("      {}) command=${{COMP_WORDS[index]}}; break ;;\n    esac\n  done\n", fmt::join(names, "|"));
  text += "  if [[ $previous == ':' ]]; then _ocibuild_files -f; return; fi\n";
  text += "  case \"$command,$previous\" in\n" + value_cases(globals, "");
  for (const CommandShape& command : commands) text += value_cases(command.options, command.name);
  text += "  esac\n  case $command in\n";
  text +=
      fmt::format("    '') if [[ $current == -* ]]; then _ocibuild_words \"{}\"; else _ocibuild_words \"{}\"; fi ;;\n",
                  option_words(shape_of(root).options), fmt::join(names, " "));
  for (const CommandShape& command : commands) {
    text += fmt::format("    {}) if [[ $current == -* ]]; then _ocibuild_words \"{} {}\"; else {}; fi ;;\n",
                        command.name, option_words(command.options), option_words(globals), positional_action(command));
  }
  text += "  esac\n}\n\n";
  text += "_ocibuild_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$current\")); }\n";
  text += "_ocibuild_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\"); }\n\n";
  return text + "complete -F _ocibuild ocibuild\n";
}

}  // namespace ocibuild
