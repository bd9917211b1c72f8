// The events of a build, shown.
#pragma once

#include <string>

#include "console.hpp"
#include "ocibuild/build/build.hpp"
#include "progress.hpp"

namespace ocibuild {

/// Turns events into steps of the display and lines of the console. Called by one thread at a time.
class BuildDisplay {
 public:
  BuildDisplay(const Plan& plan, Console& console, Progress& progress)
      : plan_{plan}, console_{console}, progress_{progress} {}

  void show(const BuildEvent& event);

 private:
  void show(const CargoStarted& event);
  void show(const CargoLine& event);
  void show(const CrateFinished& event);
  void show(const BinaryReady& event);
  void show(const LayerReady& event);
  void show(const ImageReady& event);
  void show(const Noted& event);

  const Plan& plan_;
  Console& console_;
  Progress& progress_;
};

}  // namespace ocibuild
