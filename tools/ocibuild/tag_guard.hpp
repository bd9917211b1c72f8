// Tags that follow a branch go forward, unless somebody says otherwise.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "ocibuild/base/process.hpp"
#include "ocibuild/registry/release.hpp"

namespace ocibuild {

/// The annotation with the time of an image's commit.
inline constexpr std::string_view created_annotation = "org.opencontainers.image.created";

/// The commit that is about to be released.
struct ReleasedCommit {
  std::string revision;             ///< empty: unknown, and then every tag may move
  std::string created;              ///< its time, as in 2026-11-24T12:00:00Z
  std::filesystem::path directory;  ///< of its repository
};

/// Refuses to move a tag whose image says that it is of a later commit, as a run that was started again, or one that
/// was overtaken, would do. git decides what is later; where it does not know the other commit, as in a shallow clone,
/// the time of the commits does. Throws Error{digest_mismatch}. The result may be called by several threads at once.
std::function<void(const TagMove&)> refuse_older_commits(ReleasedCommit commit, RunCommand run);

}  // namespace ocibuild
