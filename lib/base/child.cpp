// fork and exec into a process group, and waiting for the end of it.
#include "base/child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"

extern char** environ;

namespace ocibuild {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds{5};

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

struct Start {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  const char* directory = nullptr;
  ChildStreams streams;
  int failure = -1;      // where the errno of a failed exec goes
  int gate = -1;         // where the permission to go on comes from
  int parent_gate = -1;  // the other end, which the child must not keep open
};

// Runs between fork and exec: only async-signal-safe calls, everything allocated before.
[[noreturn]] void become(const Start& start, char* const* argv, char* const* environment) {
  ::setpgid(0, 0);
  ::close(start.parent_gate);
  char permission = 0;
  while (::read(start.gate, &permission, 1) < 0 && errno == EINTR) {
  }
  if (permission == 0) ::_exit(127);  // the parent is gone
  ::sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::dup2(start.streams.input >= 0 ? start.streams.input : ::open("/dev/null", O_RDONLY), STDIN_FILENO);
  if (start.streams.output >= 0) ::dup2(start.streams.output, STDOUT_FILENO);
  if (start.streams.error >= 0) ::dup2(start.streams.error, STDERR_FILENO);
  if (start.directory == nullptr || ::chdir(start.directory) == 0) ::execvpe(argv[0], argv, environment);
  const int error_number = errno;
  [[maybe_unused]] const ssize_t written = ::write(start.failure, &error_number, sizeof error_number);
  ::_exit(127);
}

/// Waits for the exec: throws when it failed.
void require_started(int failure, const std::string& program) {
  int error_number = 0;
  ssize_t count = 0;
  do count = ::read(failure, &error_number, sizeof error_number);
  while (count < 0 && errno == EINTR);
  if (count == 0) return;
  if (error_number == ENOENT) throw Error{Errc::not_found, fmt::format("{}: no such program", program)};
  throw_errno(fmt::format("starting {}", program), error_number);
}

}  // namespace

RunningChild::~RunningChild() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  wait({});
}

std::optional<ExitStatus> RunningChild::wait(const Deadline& deadline) {
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(pid_, &status, deadline ? WNOHANG : 0);
    if (ended > 0 || (ended < 0 && errno != EINTR)) break;
    if (ended < 0) continue;
    if (std::chrono::steady_clock::now() >= *deadline) return {};
    std::this_thread::sleep_for(poll_interval);  // waitpid knows no time limit
  }
  pid_ = -1;
  return ExitStatus{.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)};
}

std::unique_ptr<RunningChild> start_child(const Command& command, const ChildStreams& streams) {
  Pipe failure = open_pipe();
  const Gate gate = open_gate();
  Start start{.argv = command.argv,
              .environment = merged_environment(command),
              .directory = command.directory ? command.directory->c_str() : nullptr,
              .streams = streams,
              .failure = failure.write_end.get(),
              .gate = gate.child_end.get(),
              .parent_gate = gate.parent_end.get()};
  const std::vector<char*> argv = pointers(start.argv);
  const std::vector<char*> environment = pointers(start.environment);
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno(fmt::format("starting {}", command.argv[0]), errno);
  if (pid == 0) become(start, argv.data(), environment.data());
  ::setpgid(pid, pid);  // in both: whoever comes first
  auto child = std::make_unique<RunningChild>(pid);
  ::send(gate.parent_end.get(), "1", 1, MSG_NOSIGNAL);
  failure.write_end = FileHandle{};
  require_started(failure.read_end.get(), command.argv[0]);
  return child;
}

}  // namespace ocibuild
