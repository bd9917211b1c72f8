// An image from files that exist already, without cargo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
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
  std::filesystem::path directory;   ///< relative sources start here
  std::vector<Platform> platforms;   ///< the same files for each
  std::shared_ptr<const Base> base;  ///< resolved for these platforms; null: scratch
  Execution execution;               ///< what is empty comes from the base; without PATH and user there are defaults
  Annotations annotations;           ///< of manifests and index
  std::int64_t created = 0;          ///< seconds since the epoch
  LayerOptions layer_options;
  LayerCache* cache = nullptr;  ///< where the layer is found when it was made before
  BaseLayers base_layers = BaseLayers::copy;
};

/// Reads `SRC:DST[:MODE]`. Such a file may come from anywhere. Throws Error{invalid_argument}.
FileRule parse_add(std::string_view text);

/// The images that are asked for, one for each platform, before anything is written. A program among the files that the
/// entrypoint names is proven to run. Throws as collect_files and require_runnable; Error{invalid_argument} for no
/// platform.
std::vector<Recipe> image_recipes(const ImageRequest& request);

/// Puts the images into the store and returns the index over them. `recipes` are those of the request, which are made
/// when they are not given. Throws as image_recipes and Store::put; Error{invalid_argument} for one platform twice.
Descriptor assemble_image(const ImageRequest& request, std::span<const Recipe> recipes, Store& into);
Descriptor assemble_image(const ImageRequest& request, Store& into);

}  // namespace ocibuild
