// The Rust toolchain a workspace is built with: what it is, and which target it builds for a platform.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ocibuild/base/process.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// Where to look for a toolchain. The caller has the environment, the library does not.
struct ToolchainQuery {
  std::string cargo = "cargo";      ///< $CARGO, when set
  std::string rustc = "rustc";      ///< CargoConfiguration::rustc, when set
  std::filesystem::path directory;  ///< the workspace root: rust-toolchain.toml counts from there
};

/// Who installed a toolchain; decides what a person types to add a target.
enum class Installer { rustup, debian, other };

/// A Rust toolchain, as it answered.
struct Toolchain {
  std::string cargo;
  std::string rustc;
  std::string version;      ///< `1.95.0`
  std::string host;         ///< `x86_64-unknown-linux-gnu`
  std::string commit_hash;  ///< of the compiler's source; empty: unknown
  std::filesystem::path sysroot;
  Installer installer = Installer::other;
  std::string name;               ///< rustup: the toolchain; debian: the package of rustc; else empty
  bool has_rust_lld = false;      ///< brings the linker rust-lld
  std::set<std::string> targets;  ///< those whose standard library is installed
};

/// Asks rustc. Throws Error{not_found} with help when there is no rustc, {command_failed} with rustc's words.
Toolchain discover_toolchain(const RunCommand& run, const ToolchainQuery& query);

/// The platform a target triple builds for; nothing for triples of other systems than Linux.
std::optional<Platform> platform_of_target(std::string_view target);

/// What lies below the binary in its image.
enum class BaseKind { scratch, image };

/// For what a target is asked.
struct TargetQuery {
  Platform platform;
  std::optional<std::string> configured;  ///< the user's own choice: metadata key `target`
  BaseKind base = BaseKind::scratch;
};

/// Whether the C library goes into the binary by an extra flag (`-C target-feature=+crt-static`).
enum class CrtStatic { as_target_says, forced };

/// A target and why it was chosen.
struct TargetChoice {
  Platform platform;
  std::string target;
  CrtStatic crt_static = CrtStatic::as_target_says;
  std::string source;  ///< why, for `plan`

  friend bool operator==(const TargetChoice&, const TargetChoice&) = default;
};

/// Chooses the target for a platform: the configured one, else musl when its std is installed, else gnu. A gnu target
/// is linked with crt-static when the base is scratch. Throws Error{not_found} naming the command that installs the
/// missing standard library, {unsupported} for a platform Rust has no Linux target for, {invalid_argument} for a
/// configured target of another platform.
TargetChoice choose_target(const Toolchain& toolchain, const TargetQuery& query);

}  // namespace ocibuild
