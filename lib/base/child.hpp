// A child process in a group of its own, from fork to its end.
#pragma once

#include <memory>
#include <optional>

#include <sys/types.h>

#include "base/streams.hpp"
#include "ocibuild/base/cleanup.hpp"
#include "ocibuild/base/process.hpp"

namespace ocibuild {

/// Open files that become a child's standard streams. -1 is /dev/null for the input, and the caller's own for the
/// others.
struct ChildStreams {
  int input = -1;
  int output = -1;
  int error = -1;
};

/// A child that was started. When it is destroyed before `wait` told how the child ended, the whole group is ended.
class RunningChild {
 public:
  explicit RunningChild(pid_t pid) : pid_{pid}, group_{pid} {}
  RunningChild(const RunningChild&) = delete;
  RunningChild& operator=(const RunningChild&) = delete;
  ~RunningChild();

  /// How the child ended, or nothing when it still runs at the deadline. Not to be called again after an answer.
  std::optional<ExitStatus> wait(const Deadline& deadline);

 private:
  pid_t pid_;
  ChildGroup group_;
};

/// Starts a command in its own process group. Throws Error{not_found} when there is no such program, {io}.
std::unique_ptr<RunningChild> start_child(const Command& command, const ChildStreams& streams);

}  // namespace ocibuild
