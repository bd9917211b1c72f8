// Choosing the linker for a target.
#include "ocibuild/build/linker.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

bool is_musl(std::string_view target) {
  return target.find("-linux-musl") != std::string_view::npos;
}

/// `aarch64` of `aarch64-unknown-linux-gnu`.
std::string_view machine_of(std::string_view target) {
  return target.substr(0, target.find('-'));
}

/// GNU's name of the machine, which differs from Rust's for some.
std::string gnu_machine(std::string_view target) {
  const auto machine = machine_of(target);
  if (machine == "armv7") return "arm";
  if (machine == "riscv64gc") return "riscv64";
  return std::string{machine};
}

/// What follows `linux-`, as GNU's compilers are named after: `gnu`, `gnueabihf`.
std::string gnu_system(std::string_view target) {
  return target.ends_with("eabihf") ? "gnueabihf" : "gnu";
}

std::string cross_compiler(std::string_view target) {
  return fmt::format("{}-linux-{}-gcc", gnu_machine(target), gnu_system(target));
}

/// The Debian packages with the cross compiler and the C library it links.
std::string cross_packages(std::string_view target) {
  auto machine = gnu_machine(target);
  std::ranges::replace(machine, '_', '-');
  auto packages = fmt::format("gcc-{}-linux-{}", machine, gnu_system(target));
  const auto platform = platform_of_target(target);
  if (platform && platform->architecture == "arm64") packages += " libc6-dev-arm64-cross";
  if (platform && platform->architecture == "amd64") packages += " libc6-dev-amd64-cross";
  return packages;
}

bool configured_in_environment(const LinkerQuery& query, const std::string& target) {
  return query.environment.contains(target_variable(target, "LINKER"));
}

/// Cargo knows a linker for this target, as far as can be said without evaluating `cfg(...)`.
bool configured_in_files(const LinkerQuery& query, const std::string& target) {
  const auto& linkers = query.configuration.linkers;
  return linkers.contains(target) ||
         std::ranges::any_of(linkers, [](const auto& entry) { return entry.first.starts_with("cfg("); });
}

[[noreturn]] void throw_missing(const std::string& target, const std::string& packages) {
  throw Error{Errc::not_found, fmt::format("there is no linker for target {}", target)}
      .add_help(fmt::format("install one: `apt-get install {}`", packages))
      .add_help(fmt::format("or name yours in .cargo/config.toml: [target.{}] linker = \"...\"", target));
}

}  // namespace

HasProgram programs_in(std::string search_path) {
  return [search_path = std::move(search_path)](std::string_view name) {
    std::string_view left = search_path;
    while (!left.empty()) {
      const auto colon = left.find(':');
      const auto directory = left.substr(0, colon);
      const auto file = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
      if (::access(file.c_str(), X_OK) == 0) return true;
      left.remove_prefix(colon == std::string_view::npos ? left.size() : colon + 1);
    }
    return false;
  };
}

LinkerChoice choose_linker(const LinkerQuery& query, const std::string& target) {
  if (configured_in_environment(query, target)) {
    return {
        .target = target, .linker = "", .source = fmt::format("configured by {}", target_variable(target, "LINKER"))};
  }
  if (configured_in_files(query, target)) return {.target = target, .linker = "", .source = "configured for cargo"};
  const bool native = machine_of(target) == machine_of(query.toolchain.host);
  if (native && query.has_program("cc"))
    return {.target = target, .linker = "", .source = "cc, for the machine that builds"};
  const auto cross = cross_compiler(target);
  if (query.has_program(cross)) return {.target = target, .linker = cross, .source = "GNU cross compiler in PATH"};
  if (is_musl(target) && query.toolchain.has_rust_lld) {
    return {.target = target, .linker = "rust-lld", .source = "rustc's own, which suffices for musl without C code"};
  }
  throw_missing(target, native ? "gcc libc6-dev" : cross_packages(target));
}

std::vector<std::string> compiler_help(const LinkerQuery& query, const std::vector<std::string>& targets) {
  std::vector<std::string> help;
  for (const auto& target : targets) {
    if (!is_musl(target)) continue;
    const auto compiler = fmt::format("{}-linux-musl-gcc", gnu_machine(target));  // what the crate `cc` looks for
    if (query.has_program(compiler)) continue;
    const bool native = machine_of(target) == machine_of(query.toolchain.host);
    if (native && query.has_program("musl-gcc")) continue;
    const auto platform = platform_of_target(target);
    help.push_back(
        fmt::format("if a crate with C code misses {}: {}take the gnu target, with the key "
                    "target = {{ \"{}\" = \"{}-unknown-linux-gnu\" }}",
                    compiler, native ? "`apt-get install musl-tools`, or " : "",
                    platform ? platform->string() : "PLATFORM", machine_of(target)));
  }
  return help;
}

}  // namespace ocibuild
