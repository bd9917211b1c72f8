// A directory on disk as the entries of a layer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ocibuild/layer/layer.hpp"

namespace ocibuild {

/// Whom the entries belong to.
enum class Owners {
  root,  ///< 0:0, whoever owns them here
  from_disk,
};

/// Which permission bits the entries have.
enum class Modes {
  from_disk,
  normalized,  ///< 0755 for directories and what its owner may execute, else 0644: what a checkout keeps, whatever the
               ///< umask
};

struct DirectoryOptions {
  std::string below;  ///< place in the image under which the content appears; empty: the root
  Owners owners = Owners::root;
  Modes modes = Modes::from_disk;
};

/// Everything below `directory`, in the order of a layer; the directory itself is not an entry.
///
/// Symlinks are kept and never followed. Files with several names become one file and hardlinks to it. Extended
/// attributes `user.*` and `security.capability` are read. Content is not: it is opened when the layer is written.
/// Throws Error{not_found} when there is no such directory, {unsupported} naming the path for a socket, FIFO or
/// device, {invalid_document} for nesting deeper than 256, {io} for what cannot be read.
std::vector<FileEntry> entries_from_directory(const std::filesystem::path& directory,
                                              const DirectoryOptions& options = {});

}  // namespace ocibuild
