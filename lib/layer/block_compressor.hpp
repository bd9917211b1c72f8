// Compressing a stream block by block on several threads, with the results in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/compressor.hpp"
#include "ocibuild/base/parallel.hpp"

namespace ocibuild {

enum class BlockPosition { inside, last };

/// A piece of the stream, with the bytes that stand before it as far as the format wants to see them.
struct Block {
  std::vector<std::byte> buffer;  ///< history, then the block
  std::size_t history_size = 0;
  BlockPosition position = BlockPosition::inside;

  Bytes history() const noexcept { return Bytes{buffer}.first(history_size); }
  Bytes content() const noexcept { return Bytes{buffer}.subspan(history_size); }
};

struct CompressedBlock {
  std::string bytes;
  std::uint32_t crc32 = 0;  ///< of the content, where the format needs it
};

/// What the whole stream was, for the end of it.
struct StreamTotals {
  std::uint64_t size = 0;   ///< of the content
  std::uint32_t crc32 = 0;  ///< of the content, where the format needs it
};

/// A compressed format whose blocks can be made independently of each other.
struct BlockFormat {
  std::size_t block_size;    ///< every block has exactly this size, except the last, which has 0 to this size
  std::size_t history_size;  ///< how many bytes before a block its compression refers to, at most; below block_size
  std::string header;
  std::function<CompressedBlock(const Block&)> compress;  ///< called by several threads at once
  std::function<std::string(const StreamTotals&)> make_trailer;
};

/// Compresses with `jobs` threads, see Compressor. Holds at most jobs + 2 blocks.
class BlockCompressor final : public Compressor {
 public:
  BlockCompressor(BlockFormat format, unsigned jobs, Sink& to);
  void write(Bytes bytes) override;
  void finish() override;

 private:
  struct Result {
    CompressedBlock block;
    std::size_t content_size;
  };

  void start_block(BlockPosition position);
  void emit_oldest();

  BlockFormat format_;
  Sink& to_;
  StreamTotals totals_;
  Block block_;
  WorkerPool pool_;
  OrderedResults<Result> results_;
};

}  // namespace ocibuild
