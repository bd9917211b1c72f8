// What makes cargo produce the same binary in any directory: environment, arguments and a compiler wrapper.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ocibuild/build/toolchain.hpp"

namespace ocibuild {

/// One cargo invocation, as far as it matters for reproducibility.
struct CompileSetting {
  const Toolchain& toolchain;
  const CargoConfiguration& configuration;
  std::filesystem::path workspace_root;    ///< as `cargo metadata` names it
  std::filesystem::path target_directory;  ///< as `cargo metadata` names it
  std::filesystem::path cargo_home;        ///< $CARGO_HOME, else $HOME/.cargo
  std::int64_t source_date_epoch = 0;      ///< $SOURCE_DATE_EPOCH, else the time of the commit, else 0
  std::vector<TargetChoice> targets;
  std::vector<LinkerChoice> linkers;
  std::map<std::string, std::string> environment;  ///< the caller's: what is in it is extended, not replaced
};

/// What to give to cargo.
struct CargoEnvironment {
  std::map<std::string, std::string> environment;
  std::vector<std::string> arguments;  ///< after the subcommand: `--target-dir`, ...
};

/// Writes the compiler wrapper below the target directory and returns what to run cargo with.
///
/// The user's flags stay untouched wherever they are said (RUSTFLAGS, build.rustflags, target.*.rustflags): ours are
/// added by the wrapper, behind a wrapper the user has (sccache). Paths must not be in RUSTFLAGS, because cargo hashes
/// them into OUT_DIR. Compiled artifacts lie apart from those of a plain `cargo build`, which does not see the flags.
/// Throws Error{io} when the wrapper cannot be written.
CargoEnvironment reproducible_environment(const CompileSetting& setting);

}  // namespace ocibuild
