// The entries of a layer, checked against each other and put in their one order.
#pragma once

#include <span>
#include <vector>

#include "ocibuild/layer/layer.hpp"

namespace ocibuild {

/// The entries as they are written: paths in their one spelling and order, every parent present (0755, root).
///
/// Of a file and its hardlinks, the name that comes first becomes the file and all others link to it, with its
/// attributes; so it does not matter which name a caller saw first. A symlink gets mode 0777.
/// Throws Error{invalid_document} when entries contradict each other: two for one path, something below a path that is
/// not a directory, a hardlink to nothing or to what is not a file. Error{invalid_argument} and {unsupported} for what
/// a single entry cannot be, see layer_path.
std::vector<FileEntry> ordered_entries(std::span<const FileEntry> entries);

}  // namespace ocibuild
