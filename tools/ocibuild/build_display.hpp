// The events of a build, shown.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "console.hpp"
#include "ocibuild/build/build.hpp"
#include "progress.hpp"

namespace ocibuild {

/// How long it took until the last image of a component was there, by component.
using BuildTimes = std::map<std::string, std::chrono::milliseconds>;

/// Turns events into steps of the display and lines of the console, and notes when components were ready. Called by one
/// thread at a time.
class BuildDisplay {
 public:
  /// `start` is when the build began, by steady_time.
  BuildDisplay(const Plan& plan, std::chrono::milliseconds start, Console& console, Progress& progress)
      : plan_{plan}, start_{start}, console_{console}, progress_{progress} {}

  void show(const BuildEvent& event);

  const BuildTimes& times() const noexcept { return times_; }

 private:
  void show(const CargoStarted& event);
  void show(const CargoLine& event);
  void show(const CrateFinished& event);
  void show(const BinaryReady& event);
  void show(const LayerReady& event);
  void show(const ImageReady& event);
  void show(const Noted& event);

  const Plan& plan_;
  std::chrono::milliseconds start_;
  Console& console_;
  Progress& progress_;
  BuildTimes times_;
};

}  // namespace ocibuild
