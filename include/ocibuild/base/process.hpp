// Running a program and reading its lines while it runs.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// A program with its arguments. Nothing is ever given to a shell.
struct Command {
  std::vector<std::string> argv;                     ///< argv[0] is looked up in PATH unless it contains a slash
  std::map<std::string, std::string> environment;    ///< added to, or replacing parts of, the caller's environment
  std::vector<std::string> removed_environment;      ///< variables the program must not see
  std::optional<std::filesystem::path> directory;    ///< where it runs; by default where the caller runs
  std::string input;                                 ///< what it can read from standard input, all of it or a part
  std::optional<std::chrono::milliseconds> timeout;  ///< how long it may take, its output included; by default for ever
};

/// Takes one line without its end. Called in the thread that called RunCommand.
using TakeLine = std::function<void(std::string_view line)>;

/// Where the lines of a program go. A stream without a consumer goes where the caller's own goes.
struct CommandOutput {
  TakeLine standard_output;
  TakeLine standard_error;

  /// Called again and again while the program runs, several times a second also when it is silent. What it throws ends
  /// the program.
  std::function<void()> while_running;
};

/// How a program ended: exit code 0-255, or 128 + the signal that ended it.
struct ExitStatus {
  int code = 0;
  bool ok() const noexcept { return code == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// Door to the world: runs a command to its end. Throws Error{not_found} when there is no such program, {unavailable}
/// when it took longer than its time-out, {io}. Input, output and environment are in no message.
using RunCommand = std::function<ExitStatus(const Command&, const CommandOutput&)>;

/// The real RunCommand: a child in its own process group, which a time-out ends as a whole. Without `input` standard
/// input is /dev/null. Lines over 16 MiB are cut.
ExitStatus run_command(const Command& command, const CommandOutput& output);

/// What a command printed on standard output. Throws Error{command_failed} with the end of its standard error when it
/// failed, and as RunCommand. Output over 256 MiB is an error.
std::string command_output(const RunCommand& run, const Command& command);

/// A command as a person would type it, quoted for a POSIX shell.
std::string to_shell(const Command& command);

}  // namespace ocibuild
