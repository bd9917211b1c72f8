// Base images: the image a component stands on, resolved for the platforms it is built for.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// One image of a base, for one platform: its documents, and where its layers are.
struct BaseImage {
  std::string name;       ///< complete reference for the annotation base.name; empty: it has none, as in a layout
  Platform platform;      ///< as it was asked for
  Descriptor descriptor;  ///< of the manifest
  Manifest manifest;      ///< of either family, OCI or Docker
  Config config;          ///< one diff_id for each layer of the manifest
  std::shared_ptr<const ReadStore> store;
};

/// A base that was found.
struct Base {
  std::string name;                                      ///< as BaseImage::name
  Descriptor root;                                       ///< index or manifest
  std::map<std::string, Digest> offered;                 ///< the manifest for each platform it has, asked for or not
  std::vector<std::shared_ptr<const BaseImage>> images;  ///< for the platforms that were asked for, in their order
  std::shared_ptr<const ReadStore> store;
};

/// Finds the image for each platform below `root`. Of several that satisfy a platform the first in document order is
/// taken; indexes inside of indexes are looked into, attestations (platform unknown/unknown) and other artifacts passed
/// over. An entry without a platform is asked through its config. Reads documents only, never a layer.
///
/// Throws Error{not_found} for a platform that is missing, with those there are as a note; {invalid_document} for
/// documents that do not hold, contradict each other (a config of another platform, another number of diff_ids than of
/// layers) or are too many; {unsupported} for a root or layers that are no image; and as ReadStore::open.
Base resolve_base(std::shared_ptr<const ReadStore> store, const Descriptor& root, std::span<const Platform> platforms,
                  std::string name = {});

/// The image of the base for a platform that was asked for. Throws Error{not_found}.
std::shared_ptr<const BaseImage> image_for(const Base& base, const Platform& platform);

/// Adds org.opencontainers.image.base.digest, and .name unless it is empty, where they are not said already: on a
/// manifest with the digest of the base's manifest, on an index with that of the base's root.
void annotate_base(Annotations& annotations, const std::string& name, const Digest& digest);

/// What happens to the layers of bases.
enum class BaseLayers {
  copy,      ///< they are put into the store, so that the images there are whole
  leave_out  ///< the store gets what was made here; for a registry, which may have the layers already
};

/// Puts the layers of base images into `into`, each once and verified. Layers that must not be distributed are left
/// out when their store does not have them; their `urls` are never followed.
void copy_layers(std::span<const std::shared_ptr<const BaseImage>> images, Store& into,
                 const CopyOptions& options = {});

}  // namespace ocibuild
