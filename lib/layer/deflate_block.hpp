// Writing one DEFLATE block in its smallest form (RFC 1951 3.2.3).
#pragma once

#include <cstdint>
#include <span>

#include "layer/bit_writer.hpp"
#include "layer/deflate_tables.hpp"
#include "layer/match_parser.hpp"

namespace ocibuild {

enum class FinalBlock : std::uint8_t { no = 0, yes = 1 };

/// What a block says: its bytes, the sequences they were cut into, and the symbols of these.
struct BlockContent {
  std::span<const std::uint8_t> bytes;
  std::span<const Sequence> sequences;
  Histogram used;
};

/// Writes the block as stored, with the fixed codes or with its own, whichever is smallest, in this order where equal.
void write_deflate_block(const BlockContent& content, FinalBlock final, BitWriter& writer);

/// Writes an empty stored block, which ends at a byte border.
void write_sync_marker(BitWriter& writer);

}  // namespace ocibuild
