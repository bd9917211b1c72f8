// Real compilations: the same sources in different places, with every Rust toolchain this machine has.
#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ocibuild/base/file.hpp"
#include "ocibuild/build/reproducible.hpp"
#include "ocibuild/build/runnable.hpp"
#include "support/failure.hpp"
#include "support/skip.hpp"

using namespace ocibuild;
namespace fs = std::filesystem;

namespace {

const Platform amd64{.architecture = "amd64"};
const Platform arm64{.architecture = "arm64", .variant = "v8"};

/// What a compiler may write into a binary: places in members, generated code, macros and debug information.
const std::map<std::string, std::string> sources{
    {"Cargo.toml",
     "[workspace]\nmembers = [\"app\", \"part\", \"macros\"]\nresolver = \"2\"\n"
     "[profile.release]\ndebug = 1\n"},
    {".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"users_flag\"]\n"},
    {"app/Cargo.toml",
     "[package]\nname = \"app\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"
     "[dependencies]\npart = { path = \"../part\" }\nmacros = { path = \"../macros\" }\n"},
    {"app/build.rs", R"(use std::{env, fs, path::Path};
fn main() {
    println!("cargo:rustc-env=EPOCH={}", env::var("SOURCE_DATE_EPOCH").unwrap());
    println!("cargo:rustc-env=FEATURES={}", env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default());
    let code = "pub fn generated(n: usize) -> usize { let v = std::env::args().collect::<Vec<_>>(); v[n].len() }
                pub fn place() -> &'static str { file!() }";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("code.rs"), code).unwrap();
})"},
    {"app/src/main.rs", R"(mod code { include!(concat!(env!("OUT_DIR"), "/code.rs")); }
#[derive(macros::Named)]
struct Thing;
fn main() {
    let n = std::env::args().count() - 1;
    println!("{} {} {} {}", code::place(), code::generated(n), part::pick(n), Thing::name(n));
    println!("at {} with {}", env!("EPOCH"), env!("FEATURES"));
    if cfg!(users_flag) { println!("the user's flag counts"); }
})"},
    {"part/Cargo.toml", "[package]\nname = \"part\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"},
    {"part/src/lib.rs", "pub fn pick(n: usize) -> u8 { std::env::args().next().unwrap().into_bytes()[n] }\n"},
    {"macros/Cargo.toml",
     "[package]\nname = \"macros\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n"},
    {"macros/src/lib.rs", R"(use proc_macro::TokenStream;
#[proc_macro_derive(Named)]
pub fn named(_: TokenStream) -> TokenStream {
    "impl Thing { fn name(n: usize) -> &'static str { [file!(), \"thing\"][n] } }".parse().unwrap()
})"},
};

/// A toolchain of this machine; both programs together, or cargo would take another's rustc.
struct Programs {
  std::string cargo;
  std::string rustc;
};

std::vector<Programs> installed() {
  std::vector<Programs> found;
  const auto variable = [](const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return std::string{value != nullptr && *value != '\0' ? value : otherwise};
  };
  const Programs chosen{variable("CARGO", "cargo"), variable("RUSTC", "rustc")};
  if (testing::has_program(chosen.cargo)) found.push_back(chosen);
  const Programs system{"/usr/bin/cargo", "/usr/bin/rustc"};
  if (chosen.cargo != system.cargo && fs::exists(system.cargo) && fs::exists(system.rustc)) found.push_back(system);
  return found;
}

/// The sources in a directory of their own, compiled for amd64 and arm64.
class Place {
 public:
  Place(const Programs& programs, const fs::path& root) : programs_{programs}, root_{root} {
    for (const auto& [name, content] : sources) {
      ocibuild::create_directories((root_ / name).parent_path());
      write_file(root_ / name, content);
    }
    ocibuild::create_directories(root_ / "home");
    environment_ = {
        {"PATH", std::getenv("PATH")}, {"CARGO_HOME", (root_ / "home").string()}, {"RUSTC", programs_.rustc}};
  }

  /// Compiles and returns the binaries by target. Throws Error{not_found} when this toolchain cannot.
  std::map<std::string, fs::path> compile(const std::vector<Platform>& platforms, unsigned jobs) const {
    const auto configuration = read_cargo_configuration(run_command, programs_.cargo, root_, environment_);
    const auto toolchain =
        discover_toolchain(run_command, {.cargo = programs_.cargo, .rustc = programs_.rustc, .directory = root_});
    const auto has_program = programs_in(environment_.at("PATH"));
    CompileSetting setting{.toolchain = toolchain,
                           .configuration = configuration,
                           .environment = environment_,
                           .workspace_root = root_,
                           .target_directory = root_ / "target",
                           .source_date_epoch = 1700000000};
    for (const auto& platform : platforms) {
      setting.targets.push_back(choose_target(toolchain, {.platform = platform, .configured = {}}));
      setting.linkers.push_back(
          choose_linker({toolchain, configuration, environment_, has_program}, setting.targets.back().target));
    }
    return run_cargo(reproducible_cargo(setting), setting.targets, jobs);
  }

 private:
  std::map<std::string, fs::path> run_cargo(const ReproducibleCargo& cargo, const std::vector<TargetChoice>& targets,
                                            unsigned jobs) const {
    install_wrapper(cargo.wrapper);
    Command command{
        .argv = {programs_.cargo, "build", "--release", "--offline", "--quiet", "--jobs", std::to_string(jobs)},
        .environment = environment_,
        .removed_environment = {},
        .directory = root_};
    for (const auto& choice : targets) command.argv.insert(command.argv.end(), {"--target", choice.target});
    command.argv.insert(command.argv.end(), cargo.arguments.begin(), cargo.arguments.end());
    for (const auto& [name, value] : cargo.environment) command.environment[name] = value;
    command_output(run_command, command);
    std::map<std::string, fs::path> binaries;
    for (const auto& choice : targets) {
      binaries[choice.target] = fs::path{cargo.arguments.back()} / choice.target / "release/app";
    }
    return binaries;
  }

  Programs programs_;
  fs::path root_;
  std::map<std::string, std::string> environment_;
};

std::string content_of(const fs::path& path) {
  return read_file(path, 256 << 20);
}

/// Runs `body` for every toolchain; what a toolchain cannot build for want of a part is skipped with the reason.
template <class Body>
void for_each_toolchain(Body&& body) {
  for (const auto& programs : installed()) {
    CAPTURE(programs.cargo);
    try {
      body(programs);
    } catch (const Error& error) {
      if (error.code() != Errc::not_found) throw;
      testing::skip(fmt::format("{}: {}", programs.cargo, error.what()));
    }
  }
}

}  // namespace

TEST_CASE("the same sources give the same binaries in any directory, with any CARGO_HOME and number of jobs") {
  for_each_toolchain([](const Programs& programs) {
    const TempDir directory{fs::temp_directory_path()};
    const auto here = Place{programs, directory.path() / "a"}.compile({amd64, arm64}, 1);
    const auto there = Place{programs, directory.path() / "another/place with spaces"}.compile({amd64, arm64}, 2);
    REQUIRE(here.size() == 2);
    for (const auto& compiled : here) {
      CAPTURE(compiled.first);
      const auto bytes = content_of(compiled.second);
      CHECK(bytes == content_of(there.at(compiled.first)));
      CHECK(bytes.find(directory.path().string()) == std::string::npos);
    }
  });
}

TEST_CASE("what is chosen for scratch runs on scratch") {
  for_each_toolchain([](const Programs& programs) {
    const TempDir directory{fs::temp_directory_path()};
    for (const auto& compiled : Place{programs, directory.path()}.compile({amd64, arm64}, 2)) {
      const auto& target = compiled.first;
      const auto& binary = compiled.second;
      CAPTURE(target);
      const auto facts = read_elf(binary);
      const auto platform = platform_of_target(target);
      REQUIRE(platform);
      const ImageContents scratch;
      const auto outcome =
          prove_runnable({.facts = facts, .binary = "/app", .platform = *platform, .contents = scratch});
      CHECK(outcome.problems.empty());
      const bool glibc = target.ends_with("gnu");
      CHECK((facts.c_library == CLibrary::gnu) == glibc);
      CHECK(outcome.notes.size() == (glibc ? 1U : 0U));
    }
  });
}

TEST_CASE("a binary holds fixed places and dates, and the user's flags count") {
  for_each_toolchain([](const Programs& programs) {
    const TempDir directory{fs::temp_directory_path()};
    const auto binaries = Place{programs, directory.path()}.compile({amd64}, 2);
    std::string printed;
    try {
      printed = command_output(run_command, {.argv = {binaries.begin()->second.string()}});
    } catch (const Error& error) {
      if (error.code() != Errc::command_failed && error.code() != Errc::io) throw;
      return testing::skip("this machine does not run amd64 binaries");
    }
    CHECK(printed.starts_with("/workspace/target/ocibuild-cargo"));
    CHECK(printed.find("at 1700000000 with ") != std::string::npos);
    const bool glibc =
        binaries.begin()->first.ends_with("gnu");  // for musl crt-static is the default, and not announced
    CHECK((printed.find("crt-static") != std::string::npos) == glibc);
    CHECK(printed.find("the user's flag counts") != std::string::npos);
  });
}

TEST_CASE("cargo's own view of the configuration is read, with its hierarchy") {
  for_each_toolchain([](const Programs& programs) {
    const TempDir directory{fs::temp_directory_path()};
    ocibuild::create_directories(directory.path() / ".cargo");
    ocibuild::create_directories(directory.path() / "inner/.cargo");
    write_file(directory.path() / ".cargo/config.toml", "[target.aarch64-unknown-linux-gnu]\nlinker = \"outer\"\n");
    write_file(directory.path() / "inner/.cargo/config.toml",
               "[target.x86_64-unknown-linux-musl]\nlinker = \"inner\"\n[build]\nrustc-wrapper = \"sccache\"\n");
    const auto configuration = read_cargo_configuration(run_command, programs.cargo, directory.path() / "inner", {});
    CHECK(configuration.linkers.at("aarch64-unknown-linux-gnu") == "outer");
    CHECK(configuration.linkers.at("x86_64-unknown-linux-musl") == "inner");
    CHECK(configuration.rustc_wrapper == "sccache");
  });
}

TEST_CASE("a configuration file with a syntax error fails with cargo's words") {
  for_each_toolchain([](const Programs& programs) {
    const TempDir directory{fs::temp_directory_path()};
    ocibuild::create_directories(directory.path() / ".cargo");
    write_file(directory.path() / ".cargo/config.toml", "[target\n");
    const auto error = testing::failure_of(
        [&] { return read_cargo_configuration(run_command, programs.cargo, directory.path(), {}); });
    CHECK(error.code() == Errc::command_failed);
    const bool quoted = testing::says(error, "TOML") || std::ranges::any_of(error.notes(), [](const auto& note) {
                          return note.find("TOML") != note.npos;
                        });
    CHECK(quoted);
  });
}
