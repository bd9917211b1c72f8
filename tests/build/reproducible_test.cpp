// What cargo is given so that it builds the same everywhere.
#include "ocibuild/build/reproducible.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "ocibuild/base/process.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;

namespace {

using Variables = std::map<std::string, std::string>;

const TargetChoice musl{.platform = {.architecture = "amd64"}, .target = "x86_64-unknown-linux-musl"};
const TargetChoice static_gnu{.platform = {.architecture = "arm64", .variant = "v8"},
                              .target = "aarch64-unknown-linux-gnu",
                              .crt_static = CrtStatic::forced};

/// A setting of a workspace in /srv, with the caller's environment.
struct Workshop {
  Toolchain toolchain{.commit_hash = "abc", .sysroot = "/opt/rust"};
  CargoConfiguration configuration;
  Variables environment{{"HOME", "/home/me"}};
  std::vector<TargetChoice> targets{musl};
  std::vector<LinkerChoice> linkers;
  std::filesystem::path root = "/srv";

  ReproducibleCargo cargo() const {
    return reproducible_cargo({.toolchain = toolchain,
                               .configuration = configuration,
                               .environment = environment,
                               .workspace_root = root,
                               .target_directory = root / "target",
                               .source_date_epoch = 1700000000,
                               .targets = targets,
                               .linkers = linkers});
  }
};

/// The arguments that rustc gets when the wrapper is run with `arguments`; `show` prints its own, a line each.
std::vector<std::string> arguments_through(const ReproducibleCargo& cargo, std::vector<std::string> arguments) {
  const TempDir directory{std::filesystem::temp_directory_path()};
  const CompilerWrapper wrapper{.path = directory.path() / "wrapper", .content = cargo.wrapper.content};
  install_wrapper(wrapper);
  Command command{.argv = {wrapper.path.string(), "printf", "%s\\n"}, .environment = {{"previous", "--target"}}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> lines;
  const auto status = run_command(
      command, {.standard_output = [&](std::string_view line) { lines.emplace_back(line); }, .standard_error = {}});
  CHECK(status.ok());
  return lines;
}

}  // namespace

TEST_CASE("dates are fixed, incremental compilation is off, artifacts lie apart") {
  const auto cargo = Workshop{}.cargo();
  CHECK(cargo.environment.at("SOURCE_DATE_EPOCH") == "1700000000");
  CHECK(cargo.environment.at("CARGO_INCREMENTAL") == "0");
  CHECK(cargo.environment.at("RUSTC_WRAPPER") == cargo.wrapper.path.string());
  CHECK(cargo.arguments == std::vector<std::string>{"--target-dir", "/srv/target/ocibuild-cargo"});
}

TEST_CASE("the user's compiler flags are not touched") {
  const auto cargo = Workshop{.environment = {{"HOME", "/home/me"}, {"RUSTFLAGS", "-C opt-level=1"}}}.cargo();
  CHECK_FALSE(cargo.environment.contains("RUSTFLAGS"));
  CHECK_FALSE(cargo.environment.contains("CARGO_ENCODED_RUSTFLAGS"));
}

TEST_CASE("the wrapper appends the prefixes, longer ones later, to what rustc is given") {
  const auto lines = arguments_through(Workshop{}.cargo(), {"--crate-name", "a b"});
  const std::vector<std::string> expected{"--crate-name",
                                          "a b",
                                          "--remap-path-prefix=/srv=/workspace",
                                          "--remap-path-prefix=/srv/target=/workspace/target",
                                          "--remap-path-prefix=/home/me/.cargo=/cargo",
                                          "--remap-path-prefix=/opt/rust/lib/rustlib/src/rust=/rustc/abc"};
  CHECK(lines == expected);
}

TEST_CASE("paths with quotes and spaces reach rustc whole") {
  const auto lines = arguments_through(Workshop{.root = "/it's a $HOME"}.cargo(), {});
  CHECK(lines.at(0) == "--remap-path-prefix=/it's a $HOME=/workspace");
}

TEST_CASE("CARGO_HOME counts before HOME") {
  const auto cargo = Workshop{.environment = {{"HOME", "/home/me"}, {"CARGO_HOME", "/srv/home"}}}.cargo();
  CHECK(cargo.wrapper.content.find("'/srv/home=/cargo'") != std::string::npos);
  CHECK(cargo.wrapper.content.find("/home/me") == std::string::npos);
}

TEST_CASE("crt-static is added for gnu targets only, and never for the machine that builds") {
  const auto cargo = Workshop{.targets = {musl, static_gnu}}.cargo();
  CHECK(cargo.arguments.back() == "/srv/target/ocibuild-cargo-static");
  const auto for_gnu = arguments_through(cargo, {"--target", "aarch64-unknown-linux-gnu", "x.rs"});
  CHECK(std::ranges::count(for_gnu, "target-feature=+crt-static") == 1);
  const auto for_musl = arguments_through(cargo, {"--target", "x86_64-unknown-linux-musl", "x.rs"});
  CHECK(std::ranges::count(for_musl, "target-feature=+crt-static") == 0);
  const auto for_host = arguments_through(cargo, {"--crate-name", "build_script_build"});
  CHECK(std::ranges::count(for_host, "target-feature=+crt-static") == 0);
}

TEST_CASE("gnu targets of one cargo process must agree about crt-static") {
  auto dynamic = static_gnu;
  dynamic.crt_static = CrtStatic::as_target_says;
  const Workshop workshop{.targets = {static_gnu, dynamic}};
  CHECK(failure_of([&] { return workshop.cargo(); }).code() == Errc::invalid_argument);
}

TEST_CASE("the user's own wrapper is run by ours") {
  Workshop workshop;
  workshop.configuration.rustc_wrapper = "env";
  CHECK(workshop.cargo().wrapper.content.find("exec 'env' \"$@\"") != std::string::npos);
  CHECK(arguments_through(workshop.cargo(), {"x.rs"}).at(0) == "x.rs");
}

TEST_CASE("C compilers get the prefixes in the variable that cc reads") {
  const auto cargo = Workshop{}.cargo();
  const auto& flags = cargo.environment.at("CFLAGS_x86_64_unknown_linux_musl");
  CHECK(flags.starts_with("-ffile-prefix-map=/srv=/workspace "));
  CHECK(cargo.environment.at("CXXFLAGS_x86_64_unknown_linux_musl") == flags);
}

TEST_CASE("C flags of the user are extended where they are said") {
  Workshop workshop;
  workshop.environment["CFLAGS"] = "-O1";
  workshop.configuration.environment["CXXFLAGS_x86_64-unknown-linux-musl"] = "-O2";
  const auto cargo = workshop.cargo();
  CHECK(cargo.environment.at("CFLAGS").starts_with("-O1 -ffile-prefix-map=/srv=/workspace"));
  CHECK_FALSE(cargo.environment.contains("CFLAGS_x86_64_unknown_linux_musl"));
  CHECK(cargo.environment.at("CXXFLAGS_x86_64-unknown-linux-musl").starts_with("-O2 -f"));
}

TEST_CASE("chosen linkers are told to cargo, configured ones are not") {
  Workshop workshop;
  workshop.linkers = {{.target = "aarch64-unknown-linux-gnu", .linker = "aarch64-linux-gnu-gcc", .source = ""},
                      {.target = "x86_64-unknown-linux-musl", .linker = "", .source = ""}};
  const auto cargo = workshop.cargo();
  CHECK(cargo.environment.at("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER") == "aarch64-linux-gnu-gcc");
  CHECK_FALSE(cargo.environment.contains("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER"));
}

TEST_CASE("a wrapper is installed executable, and mended when its content differs") {
  const TempDir directory{std::filesystem::temp_directory_path()};
  const CompilerWrapper wrapper{.path = directory.path() / "deep/wrapper", .content = "#!/bin/sh\nexit 7\n"};
  install_wrapper(wrapper);
  install_wrapper(wrapper);
  CHECK(run_command({.argv = {wrapper.path.string()}}, {}).code == 7);
  write_file(wrapper.path, "#!/bin/sh\nexit 8\n");
  install_wrapper(wrapper);
  CHECK(run_command({.argv = {wrapper.path.string()}}, {}).code == 7);
}
