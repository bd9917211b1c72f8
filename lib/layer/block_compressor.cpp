// Cutting a stream into blocks, and joining what became of them.
#include "layer/block_compressor.hpp"

#include <algorithm>
#include <memory>

#include <zlib.h>

namespace ocibuild {
namespace {

/// The block that follows `block`, empty so far.
Block following(const Block& block, std::size_t history_size, std::size_t block_size) {
  Block next;
  next.history_size = std::min(history_size, block.buffer.size());
  next.buffer.reserve(next.history_size + block_size);
  next.buffer.insert(next.buffer.end(), block.buffer.end() - static_cast<std::ptrdiff_t>(next.history_size),
                     block.buffer.end());
  return next;
}

}  // namespace

BlockCompressor::BlockCompressor(BlockFormat format, unsigned jobs, Sink& to)
    : format_{std::move(format)}, to_{to}, pool_{jobs > 1 ? jobs : 0}, results_{pool_, jobs > 1 ? jobs + 2 : 1} {
  to_.write(as_bytes(format_.header));
  block_.buffer.reserve(format_.block_size);
}

void BlockCompressor::write(Bytes bytes) {
  while (!bytes.empty()) {
    // A full block waits for the next byte, because only then it is known not to be the last.
    if (block_.content().size() == format_.block_size) start_block(BlockPosition::inside);
    const Bytes piece = bytes.first(std::min(bytes.size(), format_.block_size - block_.content().size()));
    block_.buffer.insert(block_.buffer.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
  }
}

void BlockCompressor::finish() {
  start_block(BlockPosition::last);
  while (!results_.empty()) emit_oldest();
  to_.write(as_bytes(format_.make_trailer(totals_)));
  to_.finish();
}

void BlockCompressor::start_block(BlockPosition position) {
  block_.position = position;
  Block next = following(block_, format_.history_size, position == BlockPosition::last ? 0 : format_.block_size);
  if (results_.full()) emit_oldest();
  results_.add([this, block = std::make_shared<const Block>(std::move(block_))] {
    return Result{.block = format_.compress(*block), .content_size = block->content().size()};
  });
  block_ = std::move(next);
}

void BlockCompressor::emit_oldest() {
  const Result result = results_.next();
  totals_.crc32 = static_cast<std::uint32_t>(
      ::crc32_combine(totals_.crc32, result.block.crc32, static_cast<z_off_t>(result.content_size)));
  totals_.size += result.content_size;
  to_.write(as_bytes(result.block.bytes));
}

}  // namespace ocibuild
