// The Rust toolchain a workspace is built with: what it is, which targets it can build, and with which linker.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/process.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// Where to look for a toolchain. The caller has the environment, the library does not.
struct ToolchainQuery {
  std::string cargo = "cargo";      ///< $CARGO, when set
  std::string rustc = "rustc";      ///< $RUSTC, when set; cargo must be told the same
  std::filesystem::path directory;  ///< the workspace root: rust-toolchain.toml and .cargo/config.toml count from there
};

/// Who installed a toolchain; decides what a person types to add a target.
enum class Installer { rustup, system };

/// A Rust toolchain, as it answered.
struct Toolchain {
  std::string cargo;
  std::string rustc;
  std::string version;            ///< `1.95.0`
  std::string host;               ///< `x86_64-unknown-linux-gnu`
  std::string commit_hash;        ///< of the compiler's source; empty: unknown
  std::filesystem::path sysroot;
  Installer installer = Installer::system;
  std::string name;               ///< rustup's name of it (`stable-x86_64-unknown-linux-gnu`); empty for other installers
  std::set<std::string> targets;  ///< those whose standard library is installed
};

/// Asks rustc. Throws Error{not_found} with help when there is no rustc or cargo, {command_failed} with rustc's words.
Toolchain discover_toolchain(const RunCommand& run, const ToolchainQuery& query);

/// The platform a target triple builds for; nothing for triples that no Linux image can run.
std::optional<Platform> platform_of_target(std::string_view target);

/// What lies below the binary in its image.
enum class BaseKind { scratch, image };

/// A target is asked for.
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
  std::string source;  ///< why, for `plan`: `metadata`, `musl is installed`, ...

  friend bool operator==(const TargetChoice&, const TargetChoice&) = default;
};

/// Chooses the target for a platform: the configured one, else musl when its std is installed, else gnu, linked with
/// crt-static when the base is scratch. Throws Error{not_found} naming the command that installs the missing standard
/// library, {unsupported} for a platform Rust cannot build for, {invalid_argument} for a configured target of another
/// platform.
TargetChoice choose_target(const Toolchain& toolchain, const TargetQuery& query);

/// What the user's cargo configuration says that we must not override (config files, their includes, and environment).
struct CargoConfiguration {
  std::map<std::string, std::string> linkers;      ///< `target.<triple>.linker`, by triple
  std::map<std::string, std::string> environment;  ///< the `[env]` table
  std::string rustc_wrapper;                       ///< `build.rustc-wrapper`; empty: none
};

/// Asks cargo for the configuration that holds in the workspace. `environment` is the caller's: CARGO_TARGET_*_LINKER,
/// CARGO_BUILD_RUSTC_WRAPPER and RUSTC_WRAPPER in it win over files, as they do in cargo.
/// Throws Error{command_failed} with cargo's words, for instance for a config file with a syntax error.
CargoConfiguration read_cargo_configuration(const RunCommand& run, const Toolchain& toolchain,
                                            const std::filesystem::path& directory,
                                            const std::map<std::string, std::string>& environment);

/// A linker and why it was chosen.
struct LinkerChoice {
  std::string target;
  std::string linker;              ///< empty: cargo's and rustc's own choice is right
  std::vector<std::string> flags;  ///< further rustc flags that this linker needs
  std::string source;              ///< why, for `plan`

  friend bool operator==(const LinkerChoice&, const LinkerChoice&) = default;
};

/// Says whether a program of this name can be run; in production, a search of PATH.
using HasProgram = std::function<bool(std::string_view name)>;

/// HasProgram over the value of a PATH variable.
HasProgram programs_in_path(std::string path);

/// Chooses the linker for a target: the configured one, rustc's own for the host, the GNU cross compiler, rust-lld for
/// musl. Throws Error{not_found} naming the command that installs a linker.
LinkerChoice choose_linker(const Toolchain& toolchain, const CargoConfiguration& configuration,
                           std::string_view target, const HasProgram& has_program);

}  // namespace ocibuild
