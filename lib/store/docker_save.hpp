// The manifest.json of `docker save`: which files of the archive make an image, and its tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// One image of a docker-archive. Paths are as in the tar.
struct SavedImage {
  std::string config;
  std::vector<std::string> repo_tags;  ///< `ghcr.io/owner/name:1.2.3`
  std::vector<std::string> layers;     ///< base first

  friend bool operator==(const SavedImage&, const SavedImage&) = default;
};

inline constexpr std::size_t max_saved_images_size = 4 << 20;  // bytes, as for manifests

/// Reads a manifest.json. Throws Error{invalid_document}.
std::vector<SavedImage> parse_saved_images(std::string_view document);

/// The document, in canonical form.
std::string serialize(const std::vector<SavedImage>& images);

}  // namespace ocibuild
