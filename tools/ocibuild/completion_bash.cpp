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
    case $command/${COMP_WORDS[index]} in
)";

/// A command as the script knows it: `/digests/merge`. The root is empty.
struct PlacedCommand {
  std::string path;
  CommandShape shape;
};

void place_commands(const CommandShape& group, const std::string& path, std::vector<PlacedCommand>& all) {
  for (const CommandShape& command : group.commands) {
    all.push_back({fmt::format("{}/{}", path, command.name), command});
    place_commands(command, all.back().path, all);
  }
}

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

std::string words_action(const CommandShape& command) {
  std::vector<std::string> names;
  for (const CommandShape& below : command.commands) names.push_back(below.name);
  if (!names.empty()) return fmt::format("_ocibuild_words \"{}\"", fmt::join(names, " "));
  return command.positionals.empty() ? "COMPREPLY=()" : action(command.positionals.front());
}

/// What a word can be that is no value of an option.
std::string word_case(const std::string& path, const CommandShape& command, const std::string& options) {
  return fmt::format("    {}) if [[ $current == -* ]]; then _ocibuild_words \"{}\"; else {}; fi ;;\n",
                     path.empty() ? "''" : path, options, words_action(command));
}

}  // namespace

std::string bash_completion(const CLI::App& root) {
  const CommandShape all = shape_of(root);
  const std::vector<OptionShape> globals = global_options(root);
  std::vector<PlacedCommand> commands;
  place_commands(all, "", commands);
  std::vector<std::string> paths;
  for (const PlacedCommand& command : commands) paths.push_back(command.path);
  std::string text{beginning};
  text += fmt::format("      {}) command+=/${{COMP_WORDS[index]}} ;;\n    esac\n  done\n", fmt::join(paths, "|"));
  text += "  if [[ $previous == ':' ]]; then _ocibuild_files -f; return; fi\n";
  text += "  case \"$command,$previous\" in\n" + value_cases(globals, "");
  for (const PlacedCommand& command : commands) text += value_cases(command.shape.options, command.path);
  text += "  esac\n  case $command in\n" + word_case("", all, option_words(all.options));
  for (const auto& [path, command] : commands) {
    text += word_case(path, command, fmt::format("{} {}", option_words(command.options), option_words(globals)));
  }
  text += "  esac\n}\n\n";
  text += "_ocibuild_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$current\")); }\n";
  text += "_ocibuild_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\"); }\n\n";
  return text + "complete -F _ocibuild ocibuild\n";
}

}  // namespace ocibuild
