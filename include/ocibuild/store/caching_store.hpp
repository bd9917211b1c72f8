// A slow store read through a cache.
#pragma once

#include "ocibuild/store/blob_cache.hpp"

namespace ocibuild {

/// Reads another store, as a registry, and keeps what was read in a cache: the second time, in any process, a blob
/// comes from there. Names are always asked of the other store.
class CachingStore final : public ReadStore {
 public:
  /// Both live longer than this object and than the sources it opens.
  CachingStore(const ReadStore& origin, BlobCache& cache) : origin_{origin}, cache_{cache} {}

  bool contains(const Descriptor& descriptor) const override;

  /// A cached blob is read to its end before it is given out: when it is damaged, it comes from the other store again.
  /// Otherwise it is kept as it is read; one that is not read to its end is not kept.
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override { return origin_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return origin_.roots(); }

  /// Where the cache has it, or would have it.
  std::filesystem::path file_of(const Descriptor& descriptor) const override;

 private:
  const ReadStore& origin_;
  BlobCache& cache_;
};

}  // namespace ocibuild
