// Keeping a blob while it is read.
#include "ocibuild/store/caching_store.hpp"

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

CacheKey key_of(const Descriptor& descriptor) {
  return {.kind = CacheKind::fetched, .name = descriptor.digest.string()};
}

class KeepingSource final : public Source {
 public:
  KeepingSource(std::unique_ptr<Source> from, const Descriptor& descriptor, BlobCache& cache)
      : from_{std::move(from)}, descriptor_{descriptor}, cache_{cache}, file_{cache.begin(descriptor)} {}

  std::size_t read(MutableBytes into) override {
    const std::size_t count = from_->read(into);
    if (!file_ || into.empty()) return count;
    if (count > 0) {
      write(Bytes{into}.first(count));
    } else {  // the end, and verified: a source that differs from its descriptor throws instead
      cache_.keep(key_of(descriptor_), descriptor_, *file_);
      file_.reset();
    }
    return count;
  }

 private:
  void write(Bytes bytes) {
    try {
      file_->write(bytes);
    } catch (const Error&) {
      file_.reset();  // the reader does not care whether the disk of the cache is full
    }
  }

  std::unique_ptr<Source> from_;
  Descriptor descriptor_;
  BlobCache& cache_;
  std::unique_ptr<AtomicFile> file_;
};

}  // namespace

bool CachingStore::contains(const Descriptor& descriptor) const {
  return cache_.find(key_of(descriptor)) || origin_.contains(descriptor);
}

std::unique_ptr<Source> CachingStore::open(const Descriptor& descriptor) const {
  const CacheKey key = key_of(descriptor);
  const std::optional<Descriptor> found = cache_.find(key);
  if (found && found->size == descriptor.size && cache_.is_intact(key, *found)) return cache_.blob(*found).open();
  return std::make_unique<KeepingSource>(origin_.open(descriptor), descriptor, cache_);
}

std::filesystem::path CachingStore::file_of(const Descriptor& descriptor) const {
  return cache_.blob(descriptor).file;
}

}  // namespace ocibuild
