// The user's cargo configuration, as far as choosing targets and linkers must respect it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ocibuild/base/process.hpp"

namespace ocibuild {

/// What cargo's config files (with their includes) and the environment say together.
struct CargoConfiguration {
  std::map<std::string, std::string> linkers;      ///< `target.<triple or cfg(...)>.linker` by that name
  std::map<std::string, std::string> environment;  ///< the `[env]` table
  std::string rustc;                               ///< `build.rustc`; empty: none
  std::string rustc_wrapper;                       ///< `build.rustc-wrapper`; empty: none
};

/// Reads the JSON that `cargo config get --format json` prints. Throws Error{invalid_document}.
CargoConfiguration parse_cargo_configuration(std::string_view json);

/// Lets the variables RUSTC, RUSTC_WRAPPER and CARGO_BUILD_RUSTC* win over config files, as cargo does.
void apply_environment(CargoConfiguration& configuration, const std::map<std::string, std::string>& environment);

/// Asks cargo for its configuration in `directory`. `cargo config` is unstable, so that one command sees
/// RUSTC_BOOTSTRAP=1; nothing is compiled by it.
/// Throws Error{command_failed} with cargo's words, for instance for a config file with a syntax error.
CargoConfiguration read_cargo_configuration(const RunCommand& run, const std::string& cargo,
                                            const std::filesystem::path& directory,
                                            const std::map<std::string, std::string>& environment);

/// The name of the environment variable for a configuration key of a target:
/// `CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER`.
std::string target_variable(std::string_view target, std::string_view key);

}  // namespace ocibuild
