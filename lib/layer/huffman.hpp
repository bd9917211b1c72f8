// Huffman codes of limited length.
#pragma once

#include <cstdint>
#include <span>

namespace ocibuild {

/// Gives every symbol with a count above 0 a code length of 1 to `limit`, the others 0; the result is a complete prefix
/// code. A single used symbol gets length 1, no used symbol no length. At most 286 symbols; counts sum up to less than
/// 2^32. The construction, ties included, is part of the format gz1: see FORMAT.md.
void build_code_lengths(std::span<const std::uint32_t> counts, unsigned limit, std::span<std::uint8_t> lengths);

/// The canonical code of each symbol (RFC 1951 3.2.2), bit-reversed as DEFLATE writes it. Lengths are 0-15.
void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes);

}  // namespace ocibuild
