// The steps that are under way, in the order they began, and how they read.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "progress.hpp"

namespace ocibuild {

/// A step together with the moment its activity began.
struct RunningStep {
  Step step;
  std::chrono::milliseconds since{};
};

/// Not safe for several threads.
class RunningSteps {
 public:
  /// Takes a step; true when its subject or activity is new.
  bool update(const Step& step, std::chrono::milliseconds now);

  /// Forgets a subject.
  void remove(const std::string& subject);

  const std::vector<RunningStep>& steps() const noexcept { return steps_; }

  /// One row for each step, at most `terminal.rows` / 2 of them, none wider than the terminal less one column.
  std::vector<std::string> rows(std::chrono::milliseconds now, const Terminal& terminal) const;

  /// `still compiling engine linux/amd64, runtime linux/amd64 (1 m 30 s)`; empty when nothing runs.
  std::string heartbeat(std::chrono::milliseconds now) const;

 private:
  std::vector<RunningStep> steps_;
};

}  // namespace ocibuild
