// Which commit a workspace is at, asked of git.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/process.hpp"

namespace ocibuild {

enum class WorkTree { clean, changed };

/// A commit and its surroundings.
struct Revision {
  std::string commit;            ///< full object name, 40 or 64 hex digits
  std::int64_t commit_time = 0;  ///< seconds since the epoch
  std::string branch;            ///< empty: detached
  std::string tag;         ///< a tag that points exactly here; empty: none. Of several, the one git describes first
  std::string source_url;  ///< of remote `origin`, as https without credentials; empty: none or not public
  WorkTree work_tree = WorkTree::clean;

  friend bool operator==(const Revision&, const Revision&) = default;
};

/// The revision, when there is one, and what stood in the way of knowing more.
struct RevisionAnswer {
  std::optional<Revision> revision;
  std::vector<std::string> notes;
};

/// Asks git about the repository that `directory` lies in. Without git, repository or commit there is no revision;
/// a repository that git does not trust (safe.directory) is a note. Never throws for what git says.
RevisionAnswer read_revision(const RunCommand& run, const std::filesystem::path& directory);

/// Whether commit `newer` comes after commit `older`. Nothing when git does not know both, as in a shallow clone.
std::optional<bool> comes_after(const RunCommand& run, const std::filesystem::path& directory, std::string_view newer,
                                std::string_view older);

/// `git@github.com:o/r.git`, `ssh://git@host/o/r` and `https://user:token@host/o/r.git` as `https://host/o/r`.
/// Empty for anything that is not a web address: files, bundles, other schemes.
std::string web_address(std::string_view remote_url);

}  // namespace ocibuild
