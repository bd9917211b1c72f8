// Which step each event is.
#include "build_display.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "text.hpp"

namespace ocibuild {
namespace {

std::string subject_of(const ComponentPlan& component, const Platform& platform) {
  return fmt::format("{} {}", component.name, platform.string());
}

bool compiles(const CargoRun& run, const ComponentPlan& component, const PlatformPlan& platform) {
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  return !platform.given_binary && has(run.packages, component.package) && has(run.binaries, component.binary) &&
         has(run.triples, platform.triple.value);
}

}  // namespace

void BuildDisplay::show(const BuildEvent& event) {
  std::visit([this](const auto& each) { show(each); }, event);
}

void BuildDisplay::show(const CargoStarted& event) {
  for (const ComponentPlan& component : plan_.components) {
    for (const PlatformPlan& platform : component.platforms) {
      if (!compiles(event.run, component, platform)) continue;
      progress_.update({.subject = subject_of(component, platform.platform), .activity = "compiling"});
    }
  }
}

void BuildDisplay::show(const CargoLine& event) {
  console_.pass_through(event.text);
}

void BuildDisplay::show(const CrateFinished& event) {
  console_.detail(Verbosity::debug, fmt::format("finished {} {}", event.package, event.triple));
}

void BuildDisplay::show(const BinaryReady& event) {
  console_.detail(Verbosity::verbose, fmt::format("{}: {}, {}", subject_of(event.component, event.platform),
                                                  event.path.native(), human_size(event.size)));
  progress_.update({.subject = subject_of(event.component, event.platform), .activity = "packing"});
}

void BuildDisplay::show(const LayerReady& event) {
  console_.detail(Verbosity::debug, fmt::format("{}: layer {}, {}", subject_of(event.component, event.platform),
                                                event.layer.digest.string(), human_size(event.layer.size)));
}

void BuildDisplay::show(const ImageReady& event) {
  times_[event.component.name] = steady_time() - start_;
  const std::string subject = subject_of(event.component, event.platform);
  console_.detail(Verbosity::verbose,
                  fmt::format("{}: {}, {}", subject, event.manifest.digest.string(), human_size(event.size)));
  progress_.finish(subject, "");
}

void BuildDisplay::show(const Noted& event) {
  console_.note(event.text);
}

}  // namespace ocibuild
