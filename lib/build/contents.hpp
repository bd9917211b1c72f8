// What a recipe puts into an image, as far as programs depend on it.
#pragma once

#include <string_view>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/runnable.hpp"

namespace ocibuild {

/// The PATH of every image that does not say its own. runc adds none for scratch images.
inline constexpr std::string_view search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The files and links of all layers.
inline ImageContents contents_of(const Recipe& recipe) {
  ImageContents contents;
  for (const LayerPlan& layer : recipe.layers) {
    for (const FileEntry& entry : layer.entries) {
      if (entry.kind == EntryKind::file) contents.add_file(entry.path);
      if (entry.kind == EntryKind::symlink) contents.add_symlink(entry.path, entry.link);
    }
  }
  return contents;
}

}  // namespace ocibuild
