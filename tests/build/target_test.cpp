// Choosing a target for a platform.
#include <doctest/doctest.h>

#include "ocibuild/build/toolchain.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

const Platform amd64{.architecture = "amd64"};
const Platform arm64{.architecture = "arm64", .variant = "v8"};

Toolchain rustup(std::set<std::string> targets) {
  return {.version = "1.95.0",
          .host = "x86_64-unknown-linux-gnu",
          .sysroot = "/home/u/.rustup/toolchains/stable-x86_64-unknown-linux-gnu",
          .installer = Installer::rustup,
          .name = "stable-x86_64-unknown-linux-gnu",
          .targets = std::move(targets)};
}

Toolchain debian(std::string package) {
  return {.version = "1.96.0",
          .host = "x86_64-unknown-linux-gnu",
          .sysroot = "/usr",
          .installer = Installer::debian,
          .name = std::move(package),
          .targets = {"x86_64-unknown-linux-gnu"}};
}

}  // namespace

TEST_CASE("musl is chosen when its standard library is installed") {
  const auto toolchain = rustup({"x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"});
  const auto choice = choose_target(toolchain, {.platform = amd64, .configured = {}});
  CHECK(choice.target == "x86_64-unknown-linux-musl");
  CHECK(choice.crt_static == CrtStatic::as_target_says);
}

TEST_CASE("without musl, gnu is linked statically on scratch and dynamically on a base") {
  const auto toolchain = rustup({"aarch64-unknown-linux-gnu"});
  const auto on_scratch = choose_target(toolchain, {.platform = arm64, .configured = {}});
  CHECK(on_scratch.target == "aarch64-unknown-linux-gnu");
  CHECK(on_scratch.crt_static == CrtStatic::forced);
  CHECK(choose_target(toolchain, {.platform = arm64, .configured = {}, .base = BaseKind::image}).crt_static ==
        CrtStatic::as_target_says);
}

TEST_CASE("a configured target wins") {
  const auto toolchain = rustup({"x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"});
  const auto choice = choose_target(toolchain, {.platform = amd64, .configured = "x86_64-unknown-linux-gnu"});
  CHECK(choice.target == "x86_64-unknown-linux-gnu");
  CHECK(choice.crt_static == CrtStatic::forced);
  CHECK(choice.source == "configured");
}

TEST_CASE("a configured target of another platform is refused") {
  const auto error = failure_of(
      [] { return choose_target(rustup({}), {.platform = arm64, .configured = "x86_64-unknown-linux-gnu"}); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(says(error, "is for linux/amd64, it is configured for linux/arm64"));
  const auto foreign =
      failure_of([] { return choose_target(rustup({}), {.platform = amd64, .configured = "x86_64-pc-windows-msvc"}); });
  CHECK(says(foreign, "it is not for Linux"));
}

TEST_CASE("a missing standard library names rustup's command for this toolchain") {
  const auto error = failure_of(
      [] { return choose_target(rustup({"x86_64-unknown-linux-gnu"}), {.platform = arm64, .configured = {}}); });
  CHECK(error.code() == Errc::not_found);
  REQUIRE(error.help().size() == 1);
  CHECK(error.help()[0] ==
        "install it: `rustup target add aarch64-unknown-linux-musl --toolchain stable-x86_64-unknown-linux-gnu`");
}

TEST_CASE("a missing standard library names Debian's command for this rustc") {
  const auto help_for = [](const std::string& package) {
    return failure_of([&] { return choose_target(debian(package), {.platform = arm64, .configured = {}}); })
        .help()
        .at(0);
  };
  CHECK(help_for("rustc-web")
            .find("dpkg --add-architecture arm64 && apt-get update && apt-get install "
                  "libstd-rust-web-dev:arm64") != std::string::npos);
  CHECK(help_for("rustc").find("apt-get install libstd-rust-dev:arm64") != std::string::npos);
}

TEST_CASE("a platform that Rust has no target for is unsupported") {
  const auto error =
      failure_of([] { return choose_target(rustup({}), {.platform = {.architecture = "mips"}, .configured = {}}); });
  CHECK(error.code() == Errc::unsupported);
}

TEST_CASE("targets and platforms correspond") {
  CHECK(platform_of_target("x86_64-unknown-linux-musl") == amd64);
  CHECK(platform_of_target("aarch64-unknown-linux-gnu") == arm64);
  CHECK(platform_of_target("armv7-unknown-linux-gnueabihf") == Platform{.architecture = "arm", .variant = "v7"});
  CHECK_FALSE(platform_of_target("x86_64-apple-darwin"));
  CHECK_FALSE(platform_of_target("wasm32-wasip1"));
}

TEST_CASE("arm platforms choose the target of their variant") {
  const auto toolchain = rustup({"armv7-unknown-linux-musleabihf", "arm-unknown-linux-musleabihf"});
  CHECK(choose_target(toolchain, {.platform = {.architecture = "arm"}, .configured = {}}).target ==
        "armv7-unknown-linux-musleabihf");
  CHECK(choose_target(toolchain, {.platform = {.architecture = "arm", .variant = "v6"}, .configured = {}}).target ==
        "arm-unknown-linux-musleabihf");
}
