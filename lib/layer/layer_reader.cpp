// Compressed layers as tars, and what they are without compression.
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "ocibuild/layer/tar.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t buffer_size = 256 << 10;

}  // namespace

UncompressedLayer read_layer(std::unique_ptr<Source> layer, Compression compression, const VisitTarEntry& visit,
                             const TarLimits& limits) {
  const auto tar = make_decompressor(compression, std::move(layer));
  return read_tar(*tar, visit, limits);
}

UncompressedLayer measure_layer(std::unique_ptr<Source> layer, Compression compression, std::uint64_t limit) {
  const auto tar = make_decompressor(compression, std::move(layer));
  Hasher hasher;
  std::uint64_t size = 0;
  std::vector<std::byte> buffer(buffer_size);
  while (const std::size_t count = tar->read(buffer)) {
    size += count;
    if (size > limit) {
      throw Error{Errc::invalid_document,
                  fmt::format("layer has more than {} bytes when decompressed, the limit here", limit)};
    }
    hasher.update(Bytes{buffer}.first(count));
  }
  return {.diff_id = hasher.finish(), .size = size};
}

}  // namespace ocibuild
