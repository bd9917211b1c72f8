// The words for what an entry of a tar is, and for what is wrong with it.
#include "ocibuild/layer/tar.hpp"

#include <algorithm>

namespace ocibuild {
std::string_view to_string(TarKind kind) noexcept {
  switch (kind) {
    case TarKind::file: return "file";
    case TarKind::directory: return "directory";
    case TarKind::symlink: return "symlink";
    case TarKind::hardlink: return "hardlink";
    case TarKind::character_device: return "character device";
    case TarKind::block_device: return "block device";
    case TarKind::fifo: return "fifo";
    case TarKind::whiteout: return "whiteout";
    case TarKind::opaque: return "opaque whiteout";
    case TarKind::ignored_whiteout: return "ignored whiteout";
  }
  return "unknown";
}

std::string_view to_string(TarFlaw flaw) noexcept {
  switch (flaw) {
    case TarFlaw::absolute_path: return "absolute path";
    case TarFlaw::leaves_root: return "path leaves the root";
    case TarFlaw::duplicate: return "second entry for its path";
    case TarFlaw::parent_not_directory: return "lies below what is not a directory";
    case TarFlaw::link_leaves_root: return "hardlink leaves the root";
    case TarFlaw::link_without_file: return "hardlink without an earlier file";
    case TarFlaw::invalid_whiteout: return "invalid whiteout";
    case TarFlaw::not_utf8: return "name is not UTF-8";
    case TarFlaw::damaged_attributes: return "damaged attributes";
  }
  return "unknown";
}

bool TarEntry::has(TarFlaw flaw) const noexcept {
  return std::ranges::find(flaws, flaw) != flaws.end();
}

}  // namespace ocibuild
