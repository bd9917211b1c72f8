// Showing how far things are.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console.hpp"
#include "streams.hpp"

namespace ocibuild {

/// What `--progress` says.
enum class ProgressChoice { automatic, tty, plain, quiet, json };

/// The display for a choice, never `automatic`: `tty` only on a terminal that can show it, and by itself not under CI.
ProgressChoice resolve_progress(ProgressChoice choice, const Environment& environment, const Terminal& terminal,
                                Verbosity verbosity);

/// Where something is on its way.
struct Step {
  std::string subject;      ///< what is being made: `engine linux/amd64`
  std::string activity;     ///< what is being done to it: `compiling`
  std::uint64_t done = 0;   ///< bytes
  std::uint64_t total = 0;  ///< bytes; 0: not known
};

/// Takes steps from any thread.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `step.subject` is at this step now.
  virtual void update(const Step& step) = 0;

  /// `subject` is done; `outcome` says how, on one lasting line. An empty outcome leaves no line.
  virtual void finish(const std::string& subject, const std::string& outcome) = 0;
};

/// Door to the world: the time since some fixed moment.
using MonotonicClock = std::function<std::chrono::milliseconds()>;

/// The monotonic clock of the system.
std::chrono::milliseconds steady_time();

struct ProgressOptions {
  ProgressChoice choice = ProgressChoice::plain;
  MonotonicClock clock = steady_time;
  std::function<Terminal()> terminal;  ///< asked again for every drawing, because windows change their size
};

/// The display for `options.choice`, which `automatic` is not. Its threads end, and the live area is cleared, with it.
std::unique_ptr<Progress> start_progress(Console& console, const ProgressOptions& options);

}  // namespace ocibuild
