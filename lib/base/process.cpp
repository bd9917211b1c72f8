// Running a program to its end, and writing one down for people.
#include "ocibuild/base/process.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/child.hpp"
#include "base/streams.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_output = 256 << 20;

struct Outputs {
  explicit Outputs(const CommandOutput& output) {
    if (output.standard_output) standard_output = open_pipe();
    if (output.standard_error) standard_error = open_pipe();
  }

  Pipe standard_output;
  Pipe standard_error;
};

/// Reads what the child prints and waits for its end; nothing when the deadline came first.
std::optional<ExitStatus> follow(RunningChild& child, Outputs outputs, const CommandOutput& output,
                                 const Deadline& deadline) {
  outputs.standard_output.write_end = FileHandle{};
  outputs.standard_error.write_end = FileHandle{};
  std::array<LineStream, 2> streams{LineStream{std::move(outputs.standard_output.read_end), output.standard_output},
                                    LineStream{std::move(outputs.standard_error.read_end), output.standard_error}};
  if (!read_lines(streams, deadline, output.while_running)) return {};
  return child.wait(deadline);
}

}  // namespace

ExitStatus run_command(const Command& command, const CommandOutput& output) {
  if (command.argv.empty()) throw Error{Errc::invalid_argument, "a command without a program"};
  Deadline deadline;
  if (command.timeout) deadline = std::chrono::steady_clock::now() + *command.timeout;
  Outputs outputs{output};
  const FileHandle input = command.input.empty() ? FileHandle{} : anonymous_file(command.input);
  const auto child = start_child(command, {.input = input.get(),
                                           .output = outputs.standard_output.write_end.get(),
                                           .error = outputs.standard_error.write_end.get()});
  if (const auto status = follow(*child, std::move(outputs), output, deadline)) return *status;
  throw Error{Errc::unavailable,
              fmt::format("{} did not end within {} ms and was stopped", command.argv[0], command.timeout->count())};
}

std::string command_output(const RunCommand& run, const Command& command) {
  std::string text;
  std::string complaint;
  const ExitStatus status =
      run(command, {.standard_output =
                        [&](std::string_view line) {
                          if (text.size() + line.size() > max_output) {
                            throw Error{Errc::command_failed,
                                        fmt::format("{} printed over {} bytes", to_shell(command), max_output)};
                          }
                          text.append(line).push_back('\n');
                        },
                    .standard_error =
                        [&](std::string_view line) {
                          complaint.append(line).push_back('\n');
                          if (complaint.size() > 8192) complaint.erase(0, complaint.size() - 4096);
                        }});
  if (status.ok()) return text;
  while (complaint.ends_with('\n')) complaint.pop_back();
  Error error{Errc::command_failed, fmt::format("{} failed with exit code {}", to_shell(command), status.code)};
  if (!complaint.empty()) error.add_note(complaint);
  throw error;
}

std::string to_shell(const Command& command) {
  constexpr std::string_view plain = "-_=./:,+@%";
  std::string text;
  for (const std::string& argument : command.argv) {
    if (!text.empty()) text.push_back(' ');
    const bool quote = argument.empty() || std::any_of(argument.begin(), argument.end(), [&](char c) {
                         const bool alphanumeric =
                             (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                         return !alphanumeric && plain.find(c) == std::string_view::npos;
                       });
    if (!quote) {
      text.append(argument);
      continue;
    }
    text.push_back('\'');
    for (const char c : argument) {
      if (c == '\'')
        text.append("'\\''");
      else
        text.push_back(c);
    }
    text.push_back('\'');
  }
  return text;
}

}  // namespace ocibuild
