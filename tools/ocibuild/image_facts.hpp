// What is below a root, read for showing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// A manifest with its configuration.
struct ImageFacts {
  Descriptor descriptor;
  Manifest manifest;
  std::optional<Config> config;  ///< absent when the manifest is not of an image
  std::string config_document;   ///< the JSON of `config` as it is
};

/// A root with the images below it, in document order.
struct RootFacts {
  Descriptor descriptor;
  Annotations annotations;  ///< of the index; empty for a single image
  std::vector<ImageFacts> images;
};

/// Reads the documents below a root, layers not. Throws as `walk` and the parsers.
RootFacts read_facts(const ReadStore& store, const Descriptor& root);

/// Bytes of the manifest, its config and its layers.
std::uint64_t total_size(const ImageFacts& image);

/// The platform of an image, by its descriptor or else its config; nothing for what is no image.
std::optional<Platform> platform_of(const ImageFacts& image);

/// The root itself, or the image for `platform` below it. Throws Error{not_found} with the platforms there are.
Descriptor select_platform(const ReadStore& store, const Descriptor& root, const Platform& platform);

}  // namespace ocibuild
