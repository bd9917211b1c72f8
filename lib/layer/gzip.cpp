// The frame around DEFLATE: header, blocks, checksum and size.
#include "layer/gzip.hpp"

#include <memory>
#include <string_view>

#ifdef OCIBUILD_LIBDEFLATE
#include <libdeflate.h>
#endif
#include <zlib.h>

#include "layer/deflate.hpp"
#include "layer/inflate_check.hpp"
#include "layer/recycler.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t block_size = 1 << 20;

// RFC 1952 2.3: magic, deflate, no flags, no time, no extra flags, unknown operating system.
constexpr std::string_view header{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10};

std::string make_trailer(const StreamTotals& totals) {
  std::string trailer;
  for (const std::uint32_t number : {totals.crc32, static_cast<std::uint32_t>(totals.size)}) {  // modulo 2^32
    for (int shift = 0; shift < 32; shift += 8) trailer.push_back(static_cast<char>(number >> shift & 0xff));
  }
  return trailer;
}

std::uint32_t crc32_of(Bytes bytes) {
#ifdef OCIBUILD_LIBDEFLATE
  return ::libdeflate_crc32(0, bytes.data(), bytes.size());
#else
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
#endif
}

/// What a thread needs for a block.
struct BlockWorker {
  DeflateEncoder encoder;
  InflateCheck inflate_check;
};

}  // namespace

BlockFormat gzip_format(Verification verification) {
  const auto workers = std::make_shared<Recycler<BlockWorker>>();
  const Decoder decoder = verification == Verification::with_zlib ? Decoder::zlib : Decoder::fastest;
  return BlockFormat{
      .block_size = block_size,
      .history_size = max_distance,
      .header = std::string{header},
      .compress =
          [workers, verification, decoder](const Block& block) {
            std::string bytes = workers->with([&](BlockWorker& worker) {
              std::string encoded = worker.encoder.encode(block);
              if (verification != Verification::off) worker.inflate_check.check(block, encoded, decoder);
              return encoded;
            });
            return CompressedBlock{.bytes = std::move(bytes), .crc32 = crc32_of(block.content())};
          },
      .make_trailer = make_trailer,
  };
}

}  // namespace ocibuild
