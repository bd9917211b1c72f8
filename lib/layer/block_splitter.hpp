// Deciding where one Huffman code ends and the next begins.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/deflate_tables.hpp"

namespace ocibuild {

/// A part of the data that gets its own DEFLATE block.
struct BlockPart {
  std::size_t sequences_end = 0;  ///< how many sequences there are up to its end
  std::uint32_t content_end = 0;  ///< the position of its end
  Histogram used;                 ///< its symbols, without the end of block
};

/// Joins chunks into parts, as long as a common code costs less than a new one. The rule is part of the format gz1.
class BlockSplitter {
 public:
  void reset() { parts_.clear(); }

  /// Adds the next chunk to the last part, or begins a part with it. Returns what the chunk costs with a code of its
  /// own, in 1/256 bit.
  std::uint64_t add(const BlockPart& chunk);

  /// The parts so far; the last one may still grow.
  std::vector<BlockPart>& parts() noexcept { return parts_; }

 private:
  std::vector<BlockPart> parts_;
  std::uint64_t last_cost_ = 0;  // of the last part, in 1/256 bit
};

}  // namespace ocibuild
