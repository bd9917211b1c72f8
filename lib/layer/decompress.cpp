// The choice of a decompressor, by name or by the first bytes.
#include "ocibuild/layer/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "layer/gzip_source.hpp"
#include "layer/zstd.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t magic_size = 4;

/// Gives some bytes that were read before, then the rest.
class PrefixedSource final : public Source {
 public:
  PrefixedSource(Bytes prefix, std::unique_ptr<Source> rest) : size_{prefix.size()}, rest_{std::move(rest)} {
    std::copy(prefix.begin(), prefix.end(), prefix_.begin());
  }

  std::size_t read(MutableBytes into) override {
    if (position_ == size_) return rest_->read(into);
    const Bytes piece = Bytes{prefix_}.subspan(position_, std::min(into.size(), size_ - position_));
    std::copy(piece.begin(), piece.end(), into.begin());
    position_ += piece.size();
    return piece.size();
  }

 private:
  std::array<std::byte, magic_size> prefix_{};
  std::size_t size_;
  std::size_t position_ = 0;
  std::unique_ptr<Source> rest_;
};

Compression recognise(Bytes start) {
  std::array<std::uint32_t, magic_size> byte{};
  std::transform(start.begin(), start.end(), byte.begin(),
                 [](std::byte b) { return std::to_integer<std::uint32_t>(b); });
  if (start.size() >= 3 && byte[0] == 0x1f && byte[1] == 0x8b && byte[2] == 8)
    return Compression::gzip;  // RFC 1952 2.3.1
  const std::uint32_t number = byte[0] | byte[1] << 8 | byte[2] << 16 | byte[3] << 24;
  if (number == 0xfd2fb528) return Compression::zstd;                  // RFC 8878 3.1.1
  if ((number & 0xfffffff0U) == 0x184d2a50) return Compression::zstd;  // RFC 8878 3.1.2, skippable frame
  return Compression::none;
}

}  // namespace

std::unique_ptr<Source> make_decompressor(Compression compression, std::unique_ptr<Source> from) {
  switch (compression) {
    case Compression::gzip: return make_gzip_source(std::move(from));
    case Compression::zstd: return make_zstd_source(std::move(from));
    case Compression::none: break;
  }
  return from;
}

std::unique_ptr<Source> make_decompressor(std::unique_ptr<Source> from) {
  std::array<std::byte, magic_size> start{};
  const Bytes magic = Bytes{start}.first(read_fully(*from, start));
  const Compression compression = recognise(magic);
  return make_decompressor(compression, std::make_unique<PrefixedSource>(magic, std::move(from)));
}

}  // namespace ocibuild
