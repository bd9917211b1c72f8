// From a block of content to DEFLATE blocks: parse, split, write.
#include "layer/deflate.hpp"

#include <span>

#include "layer/deflate_block.hpp"

namespace ocibuild {
namespace {

/// More than enough for `size` bytes: blocks of 4 KiB or more, each no larger than stored.
std::size_t output_bound(std::size_t size) {
  return size + 6 * (size / 4096 + 2) + 5 * (size / 65535) + 64;
}

}  // namespace

std::string DeflateEncoder::encode(const Block& block) {
  const auto* const buffer = reinterpret_cast<const std::uint8_t*>(block.buffer.data());
  const auto history_size = static_cast<std::uint32_t>(block.history_size);
  parser_.reset(buffer, history_size, static_cast<std::uint32_t>(block.buffer.size()));
  splitter_.reset();
  sequences_.clear();
  do {
    const std::uint32_t start = parser_.position();
    const Histogram used = parser_.parse_chunk(sequences_);
    const std::uint32_t end = parser_.position();
    const std::uint64_t cost = splitter_.add({.sequences_end = sequences_.size(), .content_end = end, .used = used});
    parser_.learn(splitter_.parts().back().used, {.cost = cost, .size = end - start});
  } while (!parser_.at_end());

  output_.resize(output_bound(block.content().size()));
  BitWriter writer{output_.data()};
  const std::span bytes{buffer, block.buffer.size()};
  std::size_t sequence = 0;
  std::uint32_t position = history_size;
  for (const BlockPart& part : splitter_.parts()) {
    const bool final = block.position == BlockPosition::last && &part == &splitter_.parts().back();
    write_deflate_block({.bytes = bytes.subspan(position, part.content_end - position),
                         .sequences = std::span{sequences_}.subspan(sequence, part.sequences_end - sequence),
                         .used = part.used},
                        final ? FinalBlock::yes : FinalBlock::no, writer);
    sequence = part.sequences_end;
    position = part.content_end;
  }
  if (block.position == BlockPosition::inside) write_sync_marker(writer);
  writer.align();
  return {output_.data(), writer.end()};
}

}  // namespace ocibuild
