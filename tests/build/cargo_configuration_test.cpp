// Cargo's configuration, from the JSON it prints.
#include "ocibuild/build/cargo_configuration.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;

TEST_CASE("linkers, wrapper, compiler and environment are found in cargo's JSON") {
  const auto configuration = parse_cargo_configuration(R"json({
    "build": {"rustc": "my-rustc", "rustc-wrapper": "sccache", "jobs": 4},
    "env": {"CFLAGS": "-O1", "FORCED": {"value": "x", "force": true}},
    "target": {
      "aarch64-unknown-linux-gnu": {"linker": "clang", "rustflags": ["-C", "opt-level=2"]},
      "cfg(unix)": {"rustflags": "--cfg x"}
    }})json");
  CHECK(configuration.rustc == "my-rustc");
  CHECK(configuration.rustc_wrapper == "sccache");
  CHECK(configuration.environment == std::map<std::string, std::string>{{"CFLAGS", "-O1"}, {"FORCED", "x"}});
  CHECK(configuration.linkers == std::map<std::string, std::string>{{"aarch64-unknown-linux-gnu", "clang"}});
}

TEST_CASE("an empty configuration says nothing") {
  const auto configuration = parse_cargo_configuration("{}");
  CHECK(configuration.linkers.empty());
  CHECK(configuration.rustc_wrapper.empty());
}

TEST_CASE("what is no configuration is refused") {
  CHECK(failure_of([] { return parse_cargo_configuration("[]"); }).code() == Errc::invalid_document);
  CHECK(failure_of([] { return parse_cargo_configuration("{"); }).code() == Errc::invalid_document);
  CHECK(failure_of([] { return parse_cargo_configuration(R"({"build":{"rustc-wrapper":1}})"); }).code() ==
        Errc::invalid_document);
}

TEST_CASE("variables win over config files, and an empty RUSTC_WRAPPER switches a wrapper off") {
  CargoConfiguration configuration{.rustc = "from-file", .rustc_wrapper = "sccache"};
  apply_environment(configuration, {{"RUSTC", "/opt/rustc"}, {"CARGO_BUILD_RUSTC", "other"}, {"RUSTC_WRAPPER", ""}});
  CHECK(configuration.rustc == "/opt/rustc");
  CHECK(configuration.rustc_wrapper.empty());
}

TEST_CASE("cargo is asked in the workspace, and a path in its answer counts from there") {
  Command asked;
  const RunCommand cargo = [&](const Command& command, const CommandOutput& output) {
    asked = command;
    output.standard_output(R"({"build":{"rustc-wrapper":"tools/wrap"}})");
    return ExitStatus{0};
  };
  const auto configuration = read_cargo_configuration(cargo, "/opt/cargo", "/srv/space", {});
  CHECK(asked.argv.front() == "/opt/cargo");
  CHECK(asked.directory == "/srv/space");
  CHECK(asked.environment.at("RUSTC_BOOTSTRAP") == "1");
  CHECK(configuration.rustc_wrapper == "/srv/space/tools/wrap");
}

TEST_CASE("a configuration that cargo refuses is an error with cargo's words") {
  const RunCommand cargo = [](const Command&, const CommandOutput& output) {
    output.standard_error("error: could not parse TOML configuration in `/w/.cargo/config.toml`");
    return ExitStatus{101};
  };
  const auto error = failure_of([&] { return read_cargo_configuration(cargo, "cargo", "/w", {}); });
  CHECK(error.code() == Errc::command_failed);
}

TEST_CASE("a target's variable is spelled as cargo spells it") {
  CHECK(target_variable("aarch64-unknown-linux-gnu", "LINKER") == "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER");
}
