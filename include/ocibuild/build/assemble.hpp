// An image from files that exist already, without cargo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/settings.hpp"
#include "ocibuild/layer/layer.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Everything that determines the image.
struct ImageRequest {
  std::vector<FileRule> files;
  std::filesystem::path directory;  ///< relative sources start here
  std::vector<Platform> platforms;  ///< the same files for each
  Execution execution;              ///< a PATH is added unless it has one
  Annotations annotations;          ///< of manifests and index
  std::int64_t created = 0;         ///< seconds since the epoch
  LayerOptions layer_options;
  LayerCache* cache = nullptr;  ///< where the layer is found when it was made before
};

/// Reads `SRC:DST[:MODE]`. Such a file may come from anywhere. Throws Error{invalid_argument}.
FileRule parse_add(std::string_view text);

/// Throws Error{unsupported} unless `base` is `scratch`, the only base of this version.
void expect_scratch(std::string_view base);

/// Puts the image into the store and returns its root: the manifest for one platform, an index for several. A program
/// among the files that the entrypoint names is proven to run first. Throws as collect_files, require_runnable and
/// Store::put; Error{invalid_argument} for no platform or the same one twice.
Descriptor assemble_image(const ImageRequest& request, Store& into);

}  // namespace ocibuild
