// Base images for tests, in memory: layers are tars written by hand, so that they can hold whatever bases hold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layer/tar_bytes.hpp"
#include "ocibuild/build/base.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"

namespace ocibuild::testing {

inline std::string tar_of(const std::vector<FileEntry>& entries) {
  std::string tar;
  for (const FileEntry& entry : entries) tar += entry_bytes(entry);
  return tar + end_of_tar;
}

struct SampleBase {
  std::string platform = "linux/amd64";
  std::vector<std::string> layers = {tar_of({file_entry("etc/os-release", "sample")})};  ///< tars
  Execution execution;
  std::vector<History> history;
  Family family = Family::oci;
};

inline Descriptor put_document(Store& store, std::string_view media_type, std::string document) {
  const Blob blob = memory_blob(media_type, std::move(document));
  store.put(blob);
  return blob.descriptor;
}

/// The config and manifest of a base, which are changed before they go into the store.
struct BaseParts {
  Config config;
  std::vector<Descriptor> layers;

  BaseParts(Store& store, const SampleBase& base)
      : config{.platform = Platform::parse(base.platform), .config = base.execution, .history = base.history} {
    for (const std::string& tar : base.layers) {
      layers.push_back(put_document(store, in_family(base.family, media_type::layer_tar), tar));
      config.diff_ids.push_back(layers.back().digest);
    }
  }

  Descriptor put(Store& store, Family family = Family::oci) const {
    const Manifest manifest{.media_type = std::string{in_family(family, media_type::manifest)},
                            .config = put_document(store, in_family(family, media_type::config), serialize(config)),
                            .layers = layers};
    Descriptor root = put_document(store, manifest.media_type, serialize(manifest));
    root.platform = config.platform;
    return root;
  }
};

/// Returns the manifest, platform included.
inline Descriptor put_base(Store& store, const SampleBase& base = {}) {
  return BaseParts{store, base}.put(store, base.family);
}

inline Descriptor put_index(Store& store, std::vector<Descriptor> entries, Family family = Family::oci) {
  const Index index{.media_type = std::string{in_family(family, media_type::index)}, .manifests = std::move(entries)};
  return put_document(store, index.media_type, serialize(index));
}

inline std::shared_ptr<const ReadStore> view_of(const ReadStore& store) {
  return std::make_shared<UnionStore>(std::vector<const ReadStore*>{&store});
}

/// The one image of a base that offers `platform`.
inline std::shared_ptr<const BaseImage> image_of(const ReadStore& store, const Descriptor& root,
                                                 const std::string& platform = "linux/amd64") {
  const std::vector<Platform> platforms{Platform::parse(platform)};
  return resolve_base(view_of(store), root, platforms, "example.com/base:1").images.front();
}

}  // namespace ocibuild::testing
