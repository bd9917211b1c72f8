// The command line: options that every command has, the commands, and what went wrong while reading it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "console.hpp"
#include "environment.hpp"
#include "exit_code.hpp"
#include "progress.hpp"

namespace ocibuild {

/// Options that stand before or after the command's name.
struct GlobalOptions {
  bool quiet = false;
  int verbose = 0;
  ColorChoice color = ColorChoice::automatic;
  ProgressChoice progress = ProgressChoice::automatic;

  /// Nothing but errors when -q was given, whatever else was.
  Verbosity verbosity() const noexcept;
};

/// What a command has to work with.
struct Session {
  Console& console;
  const Environment& environment;
  const GlobalOptions& globals;
  ProgressChoice progress = ProgressChoice::plain;  ///< resolved, see resolve_progress
  const CLI::App& root;                             ///< the whole option tree

  /// The display for a command's work.
  std::unique_ptr<Progress> start_progress() const;
};

/// Does what a command does; its options are in what it captured.
using Action = std::function<ExitCode(Session&)>;

/// What to do after the command line was read.
struct Request {
  std::string text;  ///< not empty: print this and be done (--help, --version)
  Action action;
};

/// The option tree. Commands register themselves, see commands.hpp.
class CommandLine {
 public:
  explicit CommandLine(std::string program);

  const CLI::App& root() const noexcept { return app_; }
  const GlobalOptions& globals() const noexcept { return globals_; }

  /// Adds a command; the caller adds its options to the result.
  CLI::App& add_command(const std::string& name, const std::string& description, Action action);

  /// Adds a command that does nothing itself: one of the commands below it has to be named too.
  CLI::App& add_group(const std::string& name, const std::string& description);

  /// Adds a command below `group`: `ocibuild digests merge`.
  CLI::App& add_command(CLI::App& group, const std::string& name, const std::string& description, Action action);

  /// Reads the arguments, without the program's name. Throws Error{invalid_argument} with the nearest known word as
  /// help.
  Request parse(std::vector<std::string> arguments);

 private:
  Request chosen() const;

  CLI::App app_;
  GlobalOptions globals_;
  std::map<const CLI::App*, Action> actions_;
};

}  // namespace ocibuild
