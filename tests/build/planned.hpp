// A plan over recorded metadata, with binaries that exist already, so that nothing but the plan is tested.
#pragma once

#include <filesystem>
#include <string>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/plan.hpp"
#include "support/tiny_elf.hpp"

namespace ocibuild::testing {

/// Answers `cargo metadata` with recorded text; there is no git and nothing else.
inline RunCommand recorded_cargo(std::string metadata) {
  return [metadata](const Command& command, const CommandOutput& output) {
    if (command.argv.at(1) != "metadata") throw Error{Errc::not_found, "no such program"};
    output.standard_output(metadata);
    return ExitStatus{0};
  };
}

inline std::string recorded_services() {
  return read_file(std::filesystem::path{OCIBUILD_TEST_DATA} / "metadata/services.json", 4 << 20);
}

/// The services of tests/data/metadata with a fixed binary for each component and platform.
struct GivenServices {
  TempDir directory{std::filesystem::temp_directory_path()};
  PlanRequest request;
  std::string metadata = recorded_services();

  GivenServices() {
    give("api", "linux/amd64", Machine::amd64);
    give("api", "linux/arm64", Machine::arm64);
    give("worker", "linux/amd64", Machine::amd64);
    give("worker", "linux/arm64", Machine::arm64);
  }

  void give(const std::string& component, const std::string& platform, Machine machine) {
    const auto path = directory.path() / (component + (machine == Machine::amd64 ? ".amd64" : ".arm64"));
    write_file(path, tiny_elf(machine, component));
    request.binaries.push_back({component, Platform::parse(platform), path});
  }

  /// Puts `text` where the recorded metadata has `old`.
  void edit(const std::string& old, const std::string& text) {
    const std::size_t at = metadata.find(old);
    if (at == std::string::npos) throw Error{Errc::invalid_argument, "nothing to edit: " + old};
    metadata.replace(at, old.size(), text);
  }

  Plan plan() const { return make_plan(request, recorded_cargo(metadata)); }
};

}  // namespace ocibuild::testing
