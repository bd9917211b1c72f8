// Directories whose names must not reach a binary, and the fixed names that stand for them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/build/reproducible.hpp"

namespace ocibuild {

/// A directory of the machine that compiles, and what a binary shall say instead.
struct PathPrefix {
  std::string from;
  std::string to;

  friend bool operator==(const PathPrefix&, const PathPrefix&) = default;
};

/// The prefixes of a compilation, longer ones later: for rustc and gcc the last that matches counts.
std::vector<PathPrefix> path_prefixes(const CompileSetting& setting);

/// Adds flags for C and C++ compilers, as the crates `cc` and `cmake` read them, to `variables`. A variable that the
/// user has set already is extended; of several the one that old versions of `cc` prefer.
void add_c_flags(const CompileSetting& setting, const std::vector<PathPrefix>& prefixes,
                 std::map<std::string, std::string>& variables);

}  // namespace ocibuild
