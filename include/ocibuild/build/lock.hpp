// ocibuild.lock: which bytes a base reference stands for, written down so that every build takes the same ones.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ocibuild/build/base.hpp"
#include "ocibuild/spec/digest.hpp"

namespace ocibuild {

/// What a reference was found to be.
struct LockedBase {
  Digest digest;                            ///< of the root: an index or a manifest
  std::map<std::string, Digest> platforms;  ///< `linux/amd64` to the digest of its manifest: all the base has

  friend bool operator==(const LockedBase&, const LockedBase&) = default;
};

/// The content of a lock file: bases by complete reference, as `docker.io/library/debian:12`.
using Lock = std::map<std::string, LockedBase>;

/// The key of a reference: complete, with the tag `latest` when it has neither tag nor digest.
std::string lock_key(std::string_view reference);

/// What to write down about a base that was found.
LockedBase locked_base(const Base& base);

/// The document: JSON with sorted keys and one digest on each line, so that a diff shows what changed.
std::string serialize(const Lock& lock);

/// Reads a document strictly: version, keys that are complete references, digests, platforms; nothing else may be in
/// it. Throws Error{invalid_document}; no digest that breaks its grammar is ever used.
Lock parse_lock(std::string_view document);

/// Where the lock file of a workspace is.
std::filesystem::path lock_file(const std::filesystem::path& workspace_root);

/// The lock file; a missing one is empty. Throws Error{invalid_document, io}.
Lock read_lock(const std::filesystem::path& file);

/// Writes it atomically, behind a symlink the file that it leads to. Throws Error{io}.
void write_lock(const std::filesystem::path& file, const Lock& lock);

}  // namespace ocibuild
