// Hash, look up, put; or make and keep.
#include "ocibuild/build/layer_cache.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/layer/format.hpp"

namespace ocibuild {
namespace {

CacheKey key_of(const LayerOptions& options, const Digest& diff_id) {
  return {.kind = CacheKind::layer, .name = fmt::format("{} {}", encoder_name(options.compression), diff_id.string())};
}

/// Remembers what went wrong while reading, so that it is not taken for a failure of the reader.
class RememberingSource final : public Source {
 public:
  RememberingSource(std::unique_ptr<Source> from, std::string& failure) : from_{std::move(from)}, failure_{failure} {}

  std::size_t read(MutableBytes into) override {
    try {
      return from_->read(into);
    } catch (const Error& error) {
      failure_ = error.what();
      throw;
    }
  }

 private:
  std::unique_ptr<Source> from_;
  std::string& failure_;
};

}  // namespace

/// False when the cached blob is damaged; then it is gone.
bool LayerCache::give(const CacheKey& key, const Descriptor& descriptor, Store& into) {
  std::string failure;
  Blob blob = blobs_.blob(descriptor);
  blob.open = [&failure, open = blob.open]() -> std::unique_ptr<Source> {
    try {
      return std::make_unique<RememberingSource>(open(), failure);
    } catch (const Error& error) {
      failure = error.what();
      throw;
    }
  };
  try {
    into.put(blob);
    return true;
  } catch (const Error&) {
    if (failure.empty()) throw;
    blobs_.discard(key, descriptor, failure);
    return false;
  }
}

Layer LayerCache::write(std::span<const FileEntry> entries, const LayerOptions& options, Store& into) {
  const UncompressedLayer tar = describe_tar(entries, options.mtime);
  const CacheKey key = key_of(options, tar.diff_id);
  const std::optional<Descriptor> found = blobs_.find(key);
  if (found && give(key, *found, into)) {
    ++found_;
    return {.descriptor = *found, .diff_id = tar.diff_id, .uncompressed_size = tar.size};
  }
  const Layer layer = write_layer(entries, options, into);
  ++made_;
  blobs_.keep(key_of(options, layer.diff_id), {.descriptor = layer.descriptor,
                                               .open = [&] { return into.open(layer.descriptor); },
                                               .file = into.file_of(layer.descriptor)});
  return layer;
}

}  // namespace ocibuild
