// The choice of a compressor, and the names of the formats.
#include "layer/compressor.hpp"

#include "layer/block_compressor.hpp"
#include "layer/gzip.hpp"
#include "layer/zstd.hpp"
#include "ocibuild/layer/format.hpp"

namespace ocibuild {
namespace {

class PlainCompressor final : public Compressor {
 public:
  explicit PlainCompressor(Sink& to) : to_{to} {}
  void write(Bytes bytes) override { to_.write(bytes); }
  void finish() override { to_.finish(); }

 private:
  Sink& to_;
};

}  // namespace

std::unique_ptr<Compressor> make_compressor(Compression compression, unsigned jobs, Sink& to) {
  switch (compression) {
    case Compression::gzip: return std::make_unique<BlockCompressor>(gzip_format(), jobs, to);
    case Compression::zstd: return std::make_unique<BlockCompressor>(zstd_format(), jobs, to);
    case Compression::none: break;
  }
  return std::make_unique<PlainCompressor>(to);
}

std::string_view format_name(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip: return "gz1";
    case Compression::zstd: return "zstd-3";
    case Compression::none: break;
  }
  return "tar";
}

std::string encoder_name(Compression compression) {
  std::string name{format_name(compression)};
  if (compression == Compression::zstd) name.append(" libzstd-").append(zstd_version());
  return name;
}

}  // namespace ocibuild
