// The linker for a target.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/build/cargo_configuration.hpp"
#include "ocibuild/build/toolchain.hpp"

namespace ocibuild {

/// A linker and why it was chosen.
struct LinkerChoice {
  std::string target;
  std::string linker;  ///< to be told to cargo; empty: cargo knows it already
  std::string source;  ///< why, for `plan`

  friend bool operator==(const LinkerChoice&, const LinkerChoice&) = default;
};

/// Says whether a program of this name can be run; in production, a search of PATH.
using HasProgram = std::function<bool(std::string_view name)>;

/// HasProgram over the value of a PATH variable.
HasProgram programs_in(std::string search_path);

/// What the choice of a linker depends on.
struct LinkerQuery {
  const Toolchain& toolchain;
  const CargoConfiguration& configuration;
  const std::map<std::string, std::string>& environment;  ///< the caller's; CARGO_TARGET_*_LINKER counts
  const HasProgram& has_program;
};

/// Chooses the linker for a target: the configured one, else `cc` for the host's architecture, else the GNU cross
/// compiler, else rust-lld for musl. zig is not in the list: without a wrapper that rewrites rustc's arguments it does
/// not link what rustc asks for; a user's own wrapper is found as a configured linker.
/// Throws Error{not_found} naming the command that installs a linker.
LinkerChoice choose_linker(const LinkerQuery& query, const std::string& target);

/// What to say when a cargo command for these targets failed: for instance that crates with C code need a C compiler
/// for musl that is not there. Empty when nothing is missing.
std::vector<std::string> compiler_help(const LinkerQuery& query, const std::vector<std::string>& targets);

}  // namespace ocibuild
