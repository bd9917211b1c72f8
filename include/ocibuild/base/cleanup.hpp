// What must not outlive the process: temporary files and child process groups.
//
// The one piece of process-wide state in the library, because a signal ends the process as a whole. AtomicFile, TempDir
// and run_command register here by themselves; a program calls abandon_everything once, when it has decided to end.
#pragma once

#include <filesystem>
#include <functional>

#include <sys/types.h>

namespace ocibuild {

/// Registers a path for the time of this object's life; abandon_everything removes it with everything below it.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::filesystem::path path);

  /// Registers what `create` makes and returns the path of: abandon_everything comes before both or after both, so that
  /// nothing is made behind its back. What `create` throws comes out.
  explicit TemporaryPath(const std::function<std::filesystem::path()>& create);
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  ~TemporaryPath();

 private:
  std::filesystem::path path_;
};

/// Registers a process group for the time of this object's life; abandon_everything ends it.
class ChildGroup {
 public:
  explicit ChildGroup(pid_t group);
  ChildGroup(const ChildGroup&) = delete;
  ChildGroup& operator=(const ChildGroup&) = delete;
  ~ChildGroup();

 private:
  pid_t group_;
};

/// Ends every registered process group (SIGTERM, then SIGKILL after a short grace) and removes every registered path.
/// Afterwards no thread can register or unregister anything: the caller must leave with _exit. Never throws.
void abandon_everything() noexcept;

}  // namespace ocibuild
