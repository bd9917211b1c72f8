// Layers that were made before, found by what is in them.
#pragma once

#include <atomic>
#include <span>

#include "ocibuild/layer/layer.hpp"
#include "ocibuild/store/blob_cache.hpp"

namespace ocibuild {

/// Finds layers in a BlobCache, and keeps those it has to make. Safe for use by several threads at once.
///
/// A layer is found by its encoder and its diff_id, which is computed from the entries and the content of every source
/// as they are now: times and sizes of files mean nothing. A layer that is made is kept under the diff_id of what was
/// really written, so that a file that changes meanwhile cannot put one layer in the place of another.
class LayerCache {
 public:
  /// `blobs` lives longer than this object.
  explicit LayerCache(BlobCache& blobs) : blobs_{blobs} {}

  /// Afterwards `into` has the layer of `entries`, intact. Nothing is compressed when the cache has it, and nothing is
  /// written when `into` has it too. A cached layer that is damaged is made again. Throws as write_layer and as the
  /// store; never for the cache.
  Layer write(std::span<const FileEntry> entries, const LayerOptions& options, Store& into);

  /// How many layers were found, and how many had to be made.
  unsigned found() const noexcept { return found_; }
  unsigned made() const noexcept { return made_; }

 private:
  bool give(const CacheKey& key, const Descriptor& descriptor, Store& into);

  BlobCache& blobs_;
  std::atomic<unsigned> found_{0};
  std::atomic<unsigned> made_{0};
};

}  // namespace ocibuild
