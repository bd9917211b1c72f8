// Discovering a toolchain, with a scripted rustc over a made-up sysroot.
#include "ocibuild/build/toolchain.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

constexpr std::string_view version_answer = R"(rustc 1.95.0 (59807616e 2026-04-14)
binary: rustc
commit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860
host: x86_64-unknown-linux-gnu
release: 1.95.0
LLVM version: 22.1.2)";

void print(const CommandOutput& output, std::string_view text) {
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end)) {
    end = std::min(text.find('\n'), text.size());
    output.standard_output(text.substr(0, end));
    if (end < text.size()) ++end;
  }
}

/// A rustc with this sysroot, on a machine whose dpkg answers `package` (nothing: there is no dpkg).
RunCommand machine(std::filesystem::path sysroot, std::string package = {}) {
  return [sysroot, package](const Command& command, const CommandOutput& output) {
    if (command.argv[0] == "dpkg-query") {
      if (package.empty()) throw Error{Errc::not_found, "there is no program dpkg-query"};
      print(output, package + ": " + command.argv.back());
    } else {
      print(output, command.argv[1] == "-vV" ? version_answer : sysroot.string());
    }
    return ExitStatus{0};
  };
}

void install_std(const std::filesystem::path& sysroot, const std::string& target) {
  ocibuild::create_directories(sysroot / "lib/rustlib" / target / "lib");
  write_file(sysroot / "lib/rustlib" / target / "lib/libstd-0123456789abcdef.rlib", "");
}

}  // namespace

TEST_CASE("a rustup toolchain is known by its sysroot, with the targets whose std is there") {
  const TempDir home{std::filesystem::temp_directory_path()};
  const auto sysroot = home.path() / "toolchains/stable-x86_64-unknown-linux-gnu";
  install_std(sysroot, "x86_64-unknown-linux-gnu");
  install_std(sysroot, "aarch64-unknown-linux-musl");
  ocibuild::create_directories(sysroot / "lib/rustlib/wasm32-wasip1/lib");
  ocibuild::create_directories(sysroot / "lib/rustlib/x86_64-unknown-linux-gnu/bin");
  write_file(sysroot / "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld", "");

  const auto toolchain = discover_toolchain(machine(sysroot), {.directory = "/w"});

  CHECK(toolchain.version == "1.95.0");
  CHECK(toolchain.host == "x86_64-unknown-linux-gnu");
  CHECK(toolchain.commit_hash == "59807616e1fa2540724bfbac14d7976d7e4a3860");
  CHECK(toolchain.installer == Installer::rustup);
  CHECK(toolchain.name == "stable-x86_64-unknown-linux-gnu");
  CHECK(toolchain.has_rust_lld);
  CHECK(toolchain.targets == std::set<std::string>{"aarch64-unknown-linux-musl", "x86_64-unknown-linux-gnu"});
}

TEST_CASE("a toolchain from a Debian package knows the package") {
  const TempDir sysroot{std::filesystem::temp_directory_path()};
  const auto toolchain = discover_toolchain(machine(sysroot.path(), "rustc-web"), {.directory = "/w"});
  CHECK(toolchain.installer == Installer::debian);
  CHECK(toolchain.name == "rustc-web");
  CHECK_FALSE(toolchain.has_rust_lld);
}

TEST_CASE("any other toolchain is used as it is") {
  const TempDir sysroot{std::filesystem::temp_directory_path()};
  const auto toolchain = discover_toolchain(machine(sysroot.path()), {.directory = "/w"});
  CHECK(toolchain.installer == Installer::other);
  CHECK(toolchain.targets.empty());
}

TEST_CASE("rustc is asked in the workspace, where rust-toolchain.toml counts") {
  std::vector<Command> asked;
  const TempDir sysroot{std::filesystem::temp_directory_path()};
  const auto answer = machine(sysroot.path());
  discover_toolchain(
      [&](const Command& command, const CommandOutput& output) {
        asked.push_back(command);
        return answer(command, output);
      },
      {.rustc = "/opt/rustc", .directory = "/srv/space"});
  REQUIRE(asked.size() >= 2);
  for (const auto& command : {asked[0], asked[1]}) {
    CHECK(command.argv[0] == "/opt/rustc");
    CHECK(command.directory == "/srv/space");
  }
}

TEST_CASE("without rustc the help says how to install it") {
  const RunCommand nothing = [](const Command&, const CommandOutput&) -> ExitStatus {
    throw Error{Errc::not_found, "there is no program rustc"};
  };
  const auto error = failure_of([&] { return discover_toolchain(nothing, {.directory = "/w"}); });
  CHECK(error.code() == Errc::not_found);
  REQUIRE(error.help().size() == 1);
  CHECK(error.help()[0].find("rustup.rs") != std::string::npos);
}

TEST_CASE("a rustc that fails is quoted") {
  const RunCommand failing = [](const Command&, const CommandOutput& output) {
    output.standard_error("error: toolchain 'nightly-2020-01-01' is not installed");
    return ExitStatus{1};
  };
  const auto error = failure_of([&] { return discover_toolchain(failing, {.directory = "/w"}); });
  CHECK(error.code() == Errc::command_failed);
}

TEST_CASE("a program that is no rustc is refused") {
  const RunCommand silent = [](const Command&, const CommandOutput&) { return ExitStatus{0}; };
  CHECK(failure_of([&] { return discover_toolchain(silent, {.directory = "/w"}); }).code() == Errc::invalid_document);
}
