// Platform names, their aliases and their defaults.
#include "ocibuild/spec/platform.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("platforms are read with the aliases people type") {
  const struct {
    std::string_view text, os, architecture, variant, canonical;
  } cases[] = {
      {"linux/amd64", "linux", "amd64", "", "linux/amd64"},
      {"Linux/X86_64", "linux", "amd64", "", "linux/amd64"},
      {"linux/x86-64/v1", "linux", "amd64", "", "linux/amd64"},
      {"linux/amd64/3", "linux", "amd64", "v3", "linux/amd64/v3"},
      {"linux/arm64", "linux", "arm64", "v8", "linux/arm64"},
      {"linux/aarch64", "linux", "arm64", "v8", "linux/arm64"},
      {"linux/arm64/8", "linux", "arm64", "v8", "linux/arm64"},
      {"linux/arm64/v8.0", "linux", "arm64", "v8", "linux/arm64"},
      {"linux/arm64/9.0", "linux", "arm64", "v9", "linux/arm64/v9"},
      {"linux/arm64/v8.2", "linux", "arm64", "v8.2", "linux/arm64/v8.2"},
      {"linux/arm", "linux", "arm", "v7", "linux/arm"},
      {"linux/arm/6", "linux", "arm", "v6", "linux/arm/v6"},
      {"linux/armhf", "linux", "arm", "v7", "linux/arm"},
      {"linux/armel", "linux", "arm", "v6", "linux/arm/v6"},
      {"linux/i386", "linux", "386", "", "linux/386"},
      {"macos/arm64", "darwin", "arm64", "v8", "darwin/arm64"},
      {"linux/riscv64/rva20u64", "linux", "riscv64", "rva20u64", "linux/riscv64/rva20u64"},
      {"linux/ppc64le/power8", "linux", "ppc64le", "power8", "linux/ppc64le/power8"},
      {"unknown/unknown", "unknown", "unknown", "", "unknown/unknown"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.text);
    const Platform platform = Platform::parse(expected.text);
    CHECK(platform.os == expected.os);
    CHECK(platform.architecture == expected.architecture);
    CHECK(platform.variant == expected.variant);
    CHECK(platform.string() == expected.canonical);
    CHECK(Platform::parse(platform.string()) == platform);
  }
}

TEST_CASE("texts that are not platforms are refused with help") {
  for (const std::string_view text : {"", "linux", "amd64", "linux/", "/amd64", "linux//v8", "linux/arm64/v8/x",
                                      "a b/c", "linux/amd64\n", "////////"}) {
    CAPTURE(text);
    const Error error = failure_of([&] { return Platform::parse(text); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(says(error, "invalid platform"));
    CHECK_FALSE(error.help().empty());
  }
}

TEST_CASE("an image satisfies a platform when os, architecture and variant after defaults are the same") {
  const auto satisfied = [](const Platform& offered, std::string_view wanted) {
    return satisfies(offered, Platform::parse(wanted));
  };
  CHECK(satisfied({.architecture = "arm64"}, "linux/arm64"));
  CHECK(satisfied({.architecture = "arm64", .variant = "v8"}, "linux/arm64"));
  CHECK(satisfied({.architecture = "aarch64"}, "linux/arm64"));
  CHECK(satisfied({.architecture = "amd64", .variant = "v1"}, "linux/amd64"));
  CHECK(satisfied({.architecture = "arm"}, "linux/arm/v7"));
  CHECK_FALSE(satisfied({.architecture = "arm64", .variant = "v9"}, "linux/arm64"));
  CHECK_FALSE(satisfied({.architecture = "amd64", .variant = "v3"}, "linux/amd64"));
  CHECK_FALSE(satisfied({.architecture = "arm", .variant = "v6"}, "linux/arm"));
  CHECK_FALSE(satisfied({.architecture = "amd64", .os = "windows"}, "linux/amd64"));
  CHECK_FALSE(satisfied({.architecture = "unknown", .os = "unknown"}, "linux/amd64"));
}
