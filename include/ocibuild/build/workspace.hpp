// A cargo workspace as `cargo metadata` describes it: its members, their binaries and what they say about themselves.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/process.hpp"

namespace ocibuild {

/// How cargo itself is run, the same for every cargo command of one build.
struct CargoOptions {
  std::string cargo = "cargo";          ///< the program; cargo sets CARGO for its subcommands
  std::filesystem::path manifest_path;  ///< empty: the workspace around the current directory of the process
  std::vector<std::string> flags;       ///< any of --locked, --offline, --frozen
};

/// A binary target of a package.
struct BinaryTarget {
  std::string name;
  std::vector<std::string> required_features;  ///< cargo does not build it without them

  friend bool operator==(const BinaryTarget&, const BinaryTarget&) = default;
};

/// A member of the workspace, as far as images are concerned.
struct Package {
  std::string id;  ///< cargo's package id: opaque, the same in metadata and in compiler messages
  std::string name;
  std::string version;
  std::string description;  ///< this and the next four: empty is absent
  std::string license;
  std::string repository;
  std::string homepage;
  std::string rust_version;
  std::filesystem::path manifest_path;
  std::vector<BinaryTarget> binaries;                        ///< by name
  std::map<std::string, std::vector<std::string>> features;  ///< as declared, optional dependencies included
  std::vector<std::string> dependencies;                     ///< the names under which this package knows them
  std::string settings;                                      ///< JSON of [package.metadata.ocibuild]; empty: absent

  std::filesystem::path directory() const { return manifest_path.parent_path(); }
};

/// The members of a workspace and where it lives.
struct Workspace {
  std::filesystem::path root;
  std::filesystem::path target_directory;
  std::vector<Package> members;  ///< by name
  std::string settings;          ///< JSON of [workspace.metadata.ocibuild]; empty: absent
};

/// The member of that name, or null.
const Package* find_member(const Workspace& workspace, std::string_view name);

/// Reads the output of `cargo metadata --format-version 1`; packages that are no members are passed over.
/// Throws Error{invalid_document} naming the member of the document that is missing or of the wrong type.
Workspace parse_workspace(std::string_view metadata);

/// Runs `cargo metadata --no-deps` and reads it. Throws Error{not_found} with the way out when there is no cargo or no
/// Cargo.toml, Error{invalid_document} with cargo's own words when cargo refuses the workspace.
Workspace load_workspace(const RunCommand& run, const CargoOptions& options);

}  // namespace ocibuild
