// From a recipe to a graph: layers, config, manifest and index in a store.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "ocibuild/build/base.hpp"
#include "ocibuild/layer/layer.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// A layer that is still to be made.
struct LayerPlan {
  std::string title;  ///< goes into the history: the same on every machine, as in `files`
  std::vector<FileEntry> entries;
};

/// Everything that determines an image for one platform. Equal recipes give equal digests.
struct Recipe {
  std::shared_ptr<const BaseImage> base;  ///< null: scratch
  std::vector<LayerPlan> layers;          ///< lowest first; one without entries is left out
  Config config;  ///< without diff_ids and history, which come from the layers; what is empty comes from the base
  Annotations annotations;  ///< of the manifest
  LayerOptions layer_options;
};

class LayerCache;

/// Makes a layer in a store. Throws as the other write_layer and as Store::add.
Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Store& into);

/// Makes each different layer of one build once: equal entries and options give the layer that is already there.
/// Safe for use by several threads at once; whoever comes second waits for the first.
class LayerMemo {
 public:
  /// With a cache, which lives longer, layers that earlier builds made are not made again.
  explicit LayerMemo(LayerCache* cache = nullptr) : cache_{cache} {}

  /// The layer of `entries` in `into`, which is the same store in every call.
  Layer write(std::span<const FileEntry> entries, const LayerOptions& options, Store& into);

 private:
  LayerCache* cache_;
  std::mutex mutex_;
  std::map<std::string, std::shared_future<Layer>> layers_;
};

/// Told of each layer of an image that is in the store now, in the order of the image.
using TakeLayer = std::function<void(const Layer&)>;

/// Puts layers, config and manifest into the store and returns the manifest's descriptor, platform included.
/// History has one line for each layer. Throws as write_layer and Store::put.
///
/// With a base the manifest lists the base's layers first, as they are, all media types are of the base's family, OCI
/// or Docker, the configuration goes on where the base's ends, and annotations name the base. The base's layers are
/// not put into the store: see copy_layers.
Descriptor build_image(const Recipe& recipe, Store& into);
Descriptor build_image(const Recipe& recipe, Store& into, LayerMemo& memo, const TakeLayer& layer_ready = {});

/// Joins images in an index, in the order os, architecture, variant; images of Docker's family alone are joined in a
/// manifest list. Each has a platform, no two the same: otherwise throws Error{invalid_argument}.
Descriptor build_index(std::span<const Descriptor> images, const Annotations& annotations, Store& into);

/// Bytes of a manifest, its config and its layers: what a node downloads that has none of them.
std::uint64_t image_size(const ReadStore& store, const Descriptor& manifest);

}  // namespace ocibuild
