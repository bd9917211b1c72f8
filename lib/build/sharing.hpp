// Which components may share a cargo process without changing each other's bytes.
//
// Cargo unifies the features of a crate over everything one invocation builds: packages and targets alike (The Cargo
// Book, Features, feature unification). So what may go together is decided by comparing what is resolved alone with
// what is resolved together, with `cargo tree`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/process.hpp"
#include "ocibuild/build/toolchain.hpp"
#include "ocibuild/build/workspace.hpp"

namespace ocibuild {

/// One binary as cargo is asked for it.
struct CompileUnit {
  const Package* package;
  std::string binary;
  std::string profile;
  std::vector<std::string> features;  ///< qualified, see features.hpp
  std::vector<std::string> triples;
  CrtStatic crt_static = CrtStatic::as_target_says;  ///< of the gnu targets among them
};

/// What goes into one cargo process: every package for every triple.
struct CompileGroup {
  std::vector<CompileUnit> units;
  std::vector<std::string> triples;
};

/// Features by crate. A crate compiled for the machine that builds (build scripts, procedural macros and what they
/// need) is another than the same crate in the program; cargo's resolver 2 and 3 may give them different features.
using ResolvedFeatures = std::map<std::string, std::set<std::string>>;

/// Reads the output of `cargo tree --charset ascii --format '{p};{f}'`.
ResolvedFeatures parse_feature_tree(std::string_view tree);

/// The fewest processes that a simple rule finds: units with the same profile, triples and crt-static go together when
/// the crates they have in common have the same features alone, and still have them together. Asks `cargo tree` in
/// `directory`.
std::vector<CompileGroup> share_processes(const std::vector<CompileUnit>& units, const RunCommand& run,
                                          const CargoOptions& options, const std::filesystem::path& directory);

}  // namespace ocibuild
