// Choosing a linker.
#include "ocibuild/build/linker.hpp"

#include <set>

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

using Variables = std::map<std::string, std::string>;

const std::string arm64_gnu = "aarch64-unknown-linux-gnu";
const std::string arm64_musl = "aarch64-unknown-linux-musl";
const std::string amd64_musl = "x86_64-unknown-linux-musl";

/// A machine of amd64 with these programs.
struct Machine {
  std::set<std::string, std::less<>> programs;
  CargoConfiguration configuration;
  Variables environment;
  bool has_rust_lld = false;

  template <class Ask>
  auto ask(Ask&& question) const {
    const Toolchain toolchain{.host = "x86_64-unknown-linux-gnu", .has_rust_lld = has_rust_lld};
    const HasProgram has_program = [this](std::string_view name) { return programs.contains(name); };
    return question(LinkerQuery{toolchain, configuration, environment, has_program});
  }
  LinkerChoice choose(const std::string& target) const {
    return ask([&](const LinkerQuery& query) { return choose_linker(query, target); });
  }
  std::vector<std::string> help(const std::string& target) const {
    return ask([&](const LinkerQuery& query) { return compiler_help(query, {target}); });
  }
};

}  // namespace

TEST_CASE("for the architecture of the host rustc's own choice is right") {
  const Machine machine{.programs = {"cc"}};
  CHECK(machine.choose("x86_64-unknown-linux-gnu").linker.empty());
  CHECK(machine.choose(amd64_musl).linker.empty());
}

TEST_CASE("for another architecture the GNU cross compiler links, gnu and musl alike") {
  const Machine machine{.programs = {"cc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"}};
  CHECK(machine.choose(arm64_gnu).linker == "aarch64-linux-gnu-gcc");
  CHECK(machine.choose(arm64_musl).linker == "aarch64-linux-gnu-gcc");
  CHECK(machine.choose("armv7-unknown-linux-gnueabihf").linker == "arm-linux-gnueabihf-gcc");
}

TEST_CASE("what the user configured for cargo is left to cargo") {
  Machine machine{.programs = {"cc", "aarch64-linux-gnu-gcc"}};
  machine.configuration.linkers[arm64_gnu] = "clang";
  CHECK(machine.choose(arm64_gnu) == LinkerChoice{.target = arm64_gnu, .linker = "", .source = "configured for cargo"});
  CHECK(machine.choose(arm64_musl).linker == "aarch64-linux-gnu-gcc");
}

TEST_CASE("a linker configured by variable or for cfg(...) counts too") {
  const Machine by_variable{.environment = {{"CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "ld"}}};
  CHECK(by_variable.choose(arm64_gnu).linker.empty());
  Machine by_cfg;
  by_cfg.configuration.linkers["cfg(target_arch = \"aarch64\")"] = "clang";
  CHECK(by_cfg.choose(arm64_gnu).linker.empty());
}

TEST_CASE("rust-lld links musl when there is no compiler") {
  const Machine machine{.has_rust_lld = true};
  CHECK(machine.choose(arm64_musl).linker == "rust-lld");
  CHECK(machine.choose(amd64_musl).linker == "rust-lld");
}

TEST_CASE("a missing linker names the package to install") {
  const Machine machine{.programs = {"cc"}, .has_rust_lld = true};
  const auto error = failure_of([&] { return machine.choose(arm64_gnu); });
  CHECK(error.code() == Errc::not_found);
  REQUIRE(error.help().size() == 2);
  CHECK(error.help()[0] == "install one: `apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross`");
  const auto native = failure_of([] { return Machine{}.choose("x86_64-unknown-linux-gnu"); });
  CHECK(native.help().at(0) == "install one: `apt-get install gcc libc6-dev`");
}

TEST_CASE("C code for musl without a musl compiler has a way out") {
  const Machine without{.programs = {"cc"}};
  REQUIRE(without.help(amd64_musl).size() == 1);
  CHECK(without.help(amd64_musl)[0].find("`apt-get install musl-tools`") != std::string::npos);
  CHECK(without.help(amd64_musl)[0].find("target = { \"linux/amd64\" = \"x86_64-unknown-linux-gnu\" }") !=
        std::string::npos);
  CHECK(without.help("x86_64-unknown-linux-gnu").empty());
  CHECK(Machine{.programs = {"musl-gcc"}}.help(amd64_musl).empty());
  CHECK(Machine{.programs = {"aarch64-linux-musl-gcc"}}.help(arm64_musl).empty());
}

TEST_CASE("programs are looked for in every directory of the search path") {
  CHECK(programs_in("/nowhere:/bin")("sh"));
  CHECK_FALSE(programs_in("/nowhere:/etc")("sh"));
  CHECK_FALSE(programs_in("")("sh"));
}
