// Rust targets and platforms: which target builds for which platform, and what to type when its std is missing.
#include <array>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/toolchain.hpp"

namespace ocibuild {
namespace {

/// A processor, in the words of Go, Rust and Debian.
struct Processor {
  std::string_view architecture;  // GOARCH
  std::string_view variant;
  std::string_view rust;    // first part of the triple
  std::string_view suffix;  // after `gnu` or `musl`
  std::string_view debian;
};

constexpr std::array processors{
    Processor{"amd64", "", "x86_64", "", "amd64"},
    Processor{"arm64", "v8", "aarch64", "", "arm64"},
    Processor{"arm", "v7", "armv7", "eabihf", "armhf"},
    Processor{"arm", "v6", "arm", "eabihf", "armhf"},
    Processor{"386", "", "i686", "", "i386"},
    Processor{"riscv64", "", "riscv64gc", "", "riscv64"},
    Processor{"ppc64le", "", "powerpc64le", "", "ppc64el"},
    Processor{"s390x", "", "s390x", "", "s390x"},
    Processor{"loong64", "", "loongarch64", "", "loong64"},
};

Platform platform_of(const Processor& processor) {
  return {.architecture = std::string{processor.architecture}, .variant = std::string{processor.variant}};
}

const Processor& processor_for(const Platform& platform) {
  for (const auto& processor : processors) {
    if (satisfies(platform_of(processor), platform)) return processor;
  }
  throw Error{Errc::unsupported, fmt::format("Rust has no target for platform {}", platform.string())}.add_help(
      "choose one with the key `target`, as in target = { \"linux/amd64\" = \"x86_64-unknown-linux-musl\" }");
}

bool is_gnu(std::string_view target) {
  return target.find("-linux-gnu") != std::string_view::npos;
}

/// The Debian package with the standard library that belongs to a package with rustc: rustc-web, rustc-1.85, rustc.
std::string debian_library(std::string_view compiler) {
  constexpr std::string_view plain = "rustc";
  const auto variant = compiler.starts_with(plain) ? compiler.substr(plain.size()) : "";
  return fmt::format("libstd-rust{}-dev", variant);
}

std::string install_command(const Toolchain& toolchain, const std::string& target, const Processor& processor) {
  if (toolchain.installer == Installer::rustup) {
    return fmt::format("`rustup target add {} --toolchain {}`", target, toolchain.name);
  }
  if (toolchain.installer == Installer::debian && is_gnu(target)) {
    return fmt::format("`dpkg --add-architecture {0} && apt-get update && apt-get install {1}:{0}`", processor.debian,
                       debian_library(toolchain.name));
  }
  return fmt::format("the standard library of {} for the toolchain in {}, or take one from https://rustup.rs", target,
                     toolchain.sysroot.string());
}

[[noreturn]] void throw_missing(const Toolchain& toolchain, const std::string& target, const Processor& processor) {
  throw Error{Errc::not_found,
              fmt::format("the standard library of target {} is not installed for rustc {}", target, toolchain.version)}
      .add_help(fmt::format("install it: {}", install_command(toolchain, target, processor)));
}

CrtStatic crt_static_of(std::string_view target, BaseKind base) {
  return base == BaseKind::scratch && is_gnu(target) ? CrtStatic::forced : CrtStatic::as_target_says;
}

TargetChoice configured_target(const Toolchain& toolchain, const TargetQuery& query, const Processor& processor) {
  const auto& target = *query.configured;
  const auto platform = platform_of_target(target);
  if (platform && !satisfies(*platform, query.platform)) {
    throw Error{Errc::invalid_argument, fmt::format("target {} is for {}, it is configured for {}", target,
                                                    platform->string(), query.platform.string())};
  }
  if (!platform) {
    throw Error{Errc::invalid_argument,
                fmt::format("target {} is configured for {}, it is not for Linux", target, query.platform.string())};
  }
  if (!toolchain.targets.contains(target)) throw_missing(toolchain, target, processor);
  return {.platform = query.platform,
          .target = target,
          .crt_static = crt_static_of(target, query.base),
          .source = "configured"};
}

}  // namespace

std::optional<Platform> platform_of_target(std::string_view target) {
  if (target.find("-linux-") == std::string_view::npos) return std::nullopt;
  const auto machine = target.substr(0, target.find('-'));
  for (const auto& processor : processors) {
    if (processor.rust == machine) return platform_of(processor);
  }
  return std::nullopt;
}

TargetChoice choose_target(const Toolchain& toolchain, const TargetQuery& query) {
  const auto& processor = processor_for(query.platform);
  if (query.configured) return configured_target(toolchain, query, processor);
  const auto musl = fmt::format("{}-unknown-linux-musl{}", processor.rust, processor.suffix);
  const auto gnu = fmt::format("{}-unknown-linux-gnu{}", processor.rust, processor.suffix);
  if (toolchain.targets.contains(musl)) {
    return {.platform = query.platform, .target = musl, .source = "its musl standard library is installed"};
  }
  if (!toolchain.targets.contains(gnu)) {
    throw_missing(toolchain, toolchain.installer == Installer::debian ? gnu : musl, processor);
  }
  const auto crt_static = crt_static_of(gnu, query.base);
  const std::string source =
      crt_static == CrtStatic::forced
          ? "no musl standard library is installed; linked statically, because the base is scratch"
          : "no musl standard library is installed";
  return {.platform = query.platform, .target = gnu, .crt_static = crt_static, .source = source};
}

}  // namespace ocibuild
