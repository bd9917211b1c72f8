// Adding options whose values are checked by us, so that every mistake reads the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

/// The error for a value that an option cannot take, with the words that it can take.
Error unknown_choice(const std::string& option, const std::string& value, const std::vector<std::string>& choices);

/// The words and what they mean, in the order of the help text.
template <class Value>
using Choices = std::vector<std::pair<std::string, Value>>;

/// Adds an option that takes one of a few words.
template <class Value, class Target>
CLI::Option* add_choice(CLI::App& command, const std::string& names, Target& target, const Choices<Value>& choices,
                        const std::string& description) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  const auto assign = [&target, choices, words, names](const std::string& word) {
    for (const auto& [name, value] : choices) {
      if (name == word) {
        target = value;
        return;
      }
    }
    throw unknown_choice(names, word, words);
  };
  return command.add_option_function<std::string>(names, assign, description)->type_name(CLI::detail::join(words, "|"));
}

/// Adds an option with one value of any text. A second one is an error.
CLI::Option* add_text(CLI::App& command, const std::string& names, std::string& target, const std::string& value,
                      const std::string& description);
CLI::Option* add_text(CLI::App& command, const std::string& names, std::optional<std::string>& target,
                      const std::string& value, const std::string& description);

/// Adds an option that can be given several times, one value each time.
CLI::Option* add_list(CLI::App& command, const std::string& names, std::vector<std::string>& target,
                      const std::string& value, const std::string& description);

/// Adds `-j,--jobs`, a number of threads from 1 to 1024.
CLI::Option* add_jobs(CLI::App& command, std::optional<unsigned>& jobs, const std::string& description);

/// The number of threads to use: what was asked for, else one for each processor.
unsigned resolve_jobs(const std::optional<unsigned>& jobs);

/// Adds `--json`, described as printing `what` as one object.
void add_json_flag(CLI::App& command, bool& json, const std::string& what);

}  // namespace ocibuild
