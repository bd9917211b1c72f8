// Running a program: fork and exec into a process group of its own, lines out of two pipes.
#include "ocibuild/base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ocibuild/base/cleanup.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

extern char** environ;

namespace ocibuild {
namespace {

constexpr std::size_t max_line = 16 << 20;
constexpr std::size_t max_output = 256 << 20;

struct Pipe {
  FileHandle read_end;
  FileHandle write_end;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("opening a pipe", errno);
  return {.read_end = FileHandle{ends[0]}, .write_end = FileHandle{ends[1]}};
}

/// Cuts a stream into lines.
class LineStream {
 public:
  LineStream(FileHandle from, const TakeLine& take) : from_{std::move(from)}, take_{take} {}

  bool open() const { return static_cast<bool>(from_); }
  int descriptor() const { return from_.get(); }

  void read_some() {
    std::array<char, 64 << 10> buffer{};
    const ssize_t count = ::read(from_.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) {
      from_ = FileHandle{};
      if (!rest_.empty()) take_(std::exchange(rest_, {}));
      return;
    }
    for (std::string_view text{buffer.data(), static_cast<std::size_t>(count)}; !text.empty();) {
      const std::size_t end = text.find('\n');
      keep(text.substr(0, end));
      if (end == std::string_view::npos) return;
      take_(rest_);
      rest_.clear();
      text.remove_prefix(end + 1);
    }
  }

 private:
  void keep(std::string_view part) { rest_.append(part.substr(0, max_line - std::min(max_line, rest_.size()))); }

  FileHandle from_;
  const TakeLine& take_;
  std::string rest_;
};

std::vector<std::string> merged_environment(const Command& command) {
  std::vector<std::string> result;
  const auto overridden = [&](const std::string& name) {
    return command.environment.contains(name) ||
           std::find(command.removed_environment.begin(), command.removed_environment.end(), name) !=
               command.removed_environment.end();
  };
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    if (!overridden(std::string{text.substr(0, text.find('='))})) result.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Waits for a child in any case, also when a line consumer throws; then the whole group is ended first.
class Waiting {
 public:
  explicit Waiting(pid_t pid) : pid_{pid}, group_{pid} {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    wait();
  }

  ExitStatus wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return {.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)};
  }

 private:
  pid_t pid_;
  ChildGroup group_;
};

/// Holds a child back until its group is registered: a program that was never started cannot outlive its caller.
struct Gate {
  FileHandle parent_end;
  FileHandle child_end;
};

Gate open_gate() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw_errno("opening a socket", errno);
  return {.parent_end = FileHandle{ends[0]}, .child_end = FileHandle{ends[1]}};
}

struct Child {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  const char* directory = nullptr;
  int standard_output = -1;  // -1: the caller's
  int standard_error = -1;
  int failure = -1;      // where the errno of a failed exec goes
  int gate = -1;         // where the permission to go on comes from
  int parent_gate = -1;  // the other end, which the child must not keep open
};

// Runs between fork and exec: only async-signal-safe calls, everything allocated before.
[[noreturn]] void become(const Child& child, char* const* argv, char* const* environment) {
  ::setpgid(0, 0);
  ::close(child.parent_gate);
  char permission = 0;
  while (::read(child.gate, &permission, 1) < 0 && errno == EINTR) {
  }
  if (permission == 0) ::_exit(127);  // the parent is gone
  ::sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  if (child.standard_output >= 0) ::dup2(child.standard_output, STDOUT_FILENO);
  if (child.standard_error >= 0) ::dup2(child.standard_error, STDERR_FILENO);
  if (child.directory == nullptr || ::chdir(child.directory) == 0) ::execvpe(argv[0], argv, environment);
  const int error_number = errno;
  [[maybe_unused]] const ssize_t written = ::write(child.failure, &error_number, sizeof error_number);
  ::_exit(127);
}

/// Starts the command; from then on `waiting` owns the child, also when this throws.
void spawn(const Command& command, Child child, std::optional<Waiting>& waiting) {
  Pipe failure = open_pipe();
  const Gate gate = open_gate();
  child.argv = command.argv;
  child.environment = merged_environment(command);
  child.directory = command.directory ? command.directory->c_str() : nullptr;
  child.failure = failure.write_end.get();
  child.gate = gate.child_end.get();
  child.parent_gate = gate.parent_end.get();
  const std::vector<char*> argv = pointers(child.argv);
  const std::vector<char*> environment = pointers(child.environment);
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno(fmt::format("starting {}", command.argv[0]), errno);
  if (pid == 0) become(child, argv.data(), environment.data());
  ::setpgid(pid, pid);  // in both: whoever comes first
  waiting.emplace(pid);
  ::send(gate.parent_end.get(), "1", 1, MSG_NOSIGNAL);
  failure.write_end = FileHandle{};
  int error_number = 0;
  ssize_t count = 0;
  do count = ::read(failure.read_end.get(), &error_number, sizeof error_number);
  while (count < 0 && errno == EINTR);
  if (count == 0) return;
  if (error_number == ENOENT) throw Error{Errc::not_found, fmt::format("{}: no such program", command.argv[0])};
  throw_errno(fmt::format("starting {}", command.argv[0]), error_number);
}

void read_lines(std::array<LineStream, 2>& streams) {
  while (streams[0].open() || streams[1].open()) {
    std::array<::pollfd, 2> waiting{};
    for (std::size_t i = 0; i < 2; ++i) waiting[i] = {.fd = streams[i].descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) throw_errno("waiting for output", errno);
    for (std::size_t i = 0; i < 2; ++i) {
      if (streams[i].open() && waiting[i].revents != 0) streams[i].read_some();
    }
  }
}

}  // namespace

ExitStatus run_command(const Command& command, const CommandOutput& output) {
  if (command.argv.empty()) throw Error{Errc::invalid_argument, "a command without a program"};
  Pipe standard_output;
  Pipe standard_error;
  if (output.standard_output) standard_output = open_pipe();
  if (output.standard_error) standard_error = open_pipe();
  Child child;
  child.standard_output = standard_output.write_end.get();
  child.standard_error = standard_error.write_end.get();
  std::optional<Waiting> waiting;
  spawn(command, std::move(child), waiting);
  standard_output.write_end = FileHandle{};
  standard_error.write_end = FileHandle{};
  std::array<LineStream, 2> streams{LineStream{std::move(standard_output.read_end), output.standard_output},
                                    LineStream{std::move(standard_error.read_end), output.standard_error}};
  read_lines(streams);
  return waiting->wait();
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
