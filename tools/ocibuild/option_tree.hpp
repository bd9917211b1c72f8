// The option tree of CLI11 as plain values: what help and completions are made from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace ocibuild {

/// An option or positional argument.
struct OptionShape {
  std::string short_name;            ///< `-o`; empty: none
  std::string long_name;             ///< `--output`; empty: none
  std::string value;                 ///< `FILE`, or the choices as `auto|always|never`; empty: a flag
  std::vector<std::string> choices;  ///< the words a value can be; empty: anything
  std::string description;
  bool required = false;
  bool repeatable = false;
};

/// A command.
struct CommandShape {
  std::string name;
  std::string description;
  std::vector<OptionShape> positionals;
  std::vector<OptionShape> options;
  std::vector<CommandShape> commands;  ///< below it, in the order they were added
};

/// The shape of a command, with everything below it.
CommandShape shape_of(const CLI::App& command);

/// The root's options, which stand before or after the name of every command.
std::vector<OptionShape> global_options(const CLI::App& root);

/// The command that the last parse came to: the root itself when none was named.
const CLI::App& chosen_command(const CLI::App& root);

/// `ocibuild digests merge`.
std::string command_path(const CLI::App& command);

}  // namespace ocibuild
