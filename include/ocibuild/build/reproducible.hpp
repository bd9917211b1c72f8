// What makes cargo produce the same binary in any directory: environment, arguments and a compiler wrapper.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ocibuild/build/cargo_configuration.hpp"
#include "ocibuild/build/linker.hpp"
#include "ocibuild/build/toolchain.hpp"

namespace ocibuild {

/// One cargo invocation, as far as it matters for reproducibility.
struct CompileSetting {
  const Toolchain& toolchain;
  const CargoConfiguration& configuration;
  const std::map<std::string, std::string>& environment;  ///< the caller's: flags in it are extended, not replaced
  std::filesystem::path workspace_root;                   ///< as `cargo metadata` names it
  std::filesystem::path target_directory;                 ///< as `cargo metadata` names it
  std::int64_t source_date_epoch = 0;                     ///< $SOURCE_DATE_EPOCH, else the time of the commit, else 0
  std::vector<TargetChoice> targets;
  std::vector<LinkerChoice> linkers;
};

/// A shell script that cargo runs instead of rustc, with rustc's command line as arguments.
struct CompilerWrapper {
  std::filesystem::path path;
  std::string content;

  friend bool operator==(const CompilerWrapper&, const CompilerWrapper&) = default;
};

/// What to give to cargo.
struct ReproducibleCargo {
  std::map<std::string, std::string> environment;
  std::vector<std::string> arguments;  ///< after the subcommand
  CompilerWrapper wrapper;             ///< must exist before cargo runs: install_wrapper
};

/// How to run cargo so that the same sources give the same bytes: path prefixes remapped in Rust and C code,
/// SOURCE_DATE_EPOCH set, incremental compilation off.
///
/// The user's flags stay untouched wherever they are said (RUSTFLAGS, build.rustflags, target.*.rustflags): ours are
/// added by the wrapper, which runs the user's own wrapper (sccache), if any. Artifacts lie apart from those of a plain
/// `cargo build`, because cargo does not see our flags; those with crt-static lie apart from those without.
/// Not covered: absolute paths that a program asks for itself (env!("CARGO_MANIFEST_DIR")), path dependencies outside
/// the workspace, whose place cargo hashes into symbol names, and C code below a directory with a space or `=` in its
/// name. Throws Error{invalid_argument} when gnu targets of one invocation differ in crt-static.
ReproducibleCargo reproducible_cargo(const CompileSetting& setting);

/// Writes the wrapper, unless it is there already, and makes it executable. Throws Error{io}.
void install_wrapper(const CompilerWrapper& wrapper);

}  // namespace ocibuild
