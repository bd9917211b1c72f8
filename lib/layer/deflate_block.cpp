// The three forms of a DEFLATE block.
#include "layer/deflate_block.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "layer/code_header.hpp"
#include "layer/huffman.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t max_stored = 65535;

enum class BlockType : std::uint8_t { stored = 0, fixed = 1, dynamic = 2 };

void write_block_header(FinalBlock final, BlockType type, BitWriter& writer) {
  writer.put(static_cast<std::uint8_t>(final) | static_cast<std::uint32_t>(type) << 1, 3);
  writer.flush();
}

void write_stored_block(std::span<const std::uint8_t> bytes, FinalBlock final, BitWriter& writer) {
  write_block_header(final, BlockType::stored, writer);
  writer.align();
  const auto size = static_cast<std::uint32_t>(bytes.size());
  writer.put(size | (~size & 0xffffU) << 16, 32);
  writer.flush();
  writer.append(bytes.data(), bytes.size());
}

void write_stored(std::span<const std::uint8_t> bytes, FinalBlock final, BitWriter& writer) {
  for (; bytes.size() > max_stored; bytes = bytes.subspan(max_stored)) {
    write_stored_block(bytes.first(max_stored), FinalBlock::no, writer);
  }
  write_stored_block(bytes, final, writer);
}

/// The size of `write_stored` in bits; each block has 3 bits, the rest of the byte, and 32 bits. `taken`: bits of the
/// first byte that are taken.
std::uint64_t stored_size(std::size_t bytes, unsigned taken) {
  const std::uint64_t blocks = std::max<std::size_t>((bytes + max_stored - 1) / max_stored, 1);
  const unsigned first = 3 + (13 - taken) % 8;
  return first + 32 + (blocks - 1) * 40 + 8 * std::uint64_t{bytes};
}

/// Bits to write for a symbol together with its extra bits.
struct Code {
  std::uint32_t bits;
  std::uint32_t count;
};

/// Everything a sequence is written with.
struct Codes {
  std::array<Code, 256> literals;
  std::array<Code, max_match + 1> lengths;       // by length, extra bits included
  std::array<Code, distance_symbols> distances;  // without extra bits
  Code end;

  explicit Codes(const CodeLengths& lengths_of) {
    std::array<std::uint16_t, 288> codes;
    assign_codes(lengths_of.literals, codes);
    for (std::size_t i = 0; i < literals.size(); ++i) literals[i] = {codes[i], lengths_of.literals[i]};
    end = {codes[end_of_block], lengths_of.literals[end_of_block]};
    for (std::uint32_t length = min_match; length <= max_match; ++length) {
      const std::size_t code = length_code(length);
      const std::size_t symbol = first_length_symbol + code;
      const std::uint32_t width = lengths_of.literals[symbol];
      lengths[length] = {codes[symbol] | (length - length_extra[code].base) << width, width + length_extra[code].bits};
    }
    std::array<std::uint16_t, distance_symbols> distance_codes;
    assign_codes(lengths_of.distances, distance_codes);
    for (std::size_t i = 0; i < distances.size(); ++i) distances[i] = {distance_codes[i], lengths_of.distances[i]};
  }
};

void put(Code code, BitWriter& writer) {
  writer.put(code.bits, code.count);
}

/// Literals have up to 15 bits, so with up to 7 pending there is room for three between flushes.
const std::uint8_t* write_literals(const std::uint8_t* literal, std::uint32_t count, const Codes& codes,
                                   BitWriter& writer) {
  for (; count >= 3; count -= 3, literal += 3) {
    put(codes.literals[literal[0]], writer);
    put(codes.literals[literal[1]], writer);
    put(codes.literals[literal[2]], writer);
    writer.flush();
  }
  for (; count > 0; --count) put(codes.literals[*literal++], writer);
  writer.flush();
  return literal;
}

/// A length has up to 15 + 5 bits, a distance up to 15 + 13; together with 7 pending that is 55.
void write_match(const Sequence& sequence, const Codes& codes, BitWriter& writer) {
  put(codes.lengths[sequence.length], writer);
  const std::size_t symbol = distance_symbol(sequence.distance);
  put(codes.distances[symbol], writer);
  writer.put(static_cast<std::uint32_t>(sequence.distance) - distance_extra[symbol].base, distance_extra[symbol].bits);
  writer.flush();
}

void write_coded(const BlockContent& content, const CodeLengths& lengths, BitWriter& to) {
  const Codes codes{lengths};
  BitWriter writer = to;  // a local copy stays in registers
  const std::uint8_t* literal = content.bytes.data();
  for (const Sequence& sequence : content.sequences) {
    literal = write_literals(literal, sequence.literals, codes, writer);
    if (sequence.distance == 0) continue;
    write_match(sequence, codes, writer);
    literal += sequence.length;
  }
  put(codes.end, writer);
  writer.flush();
  to = writer;
}

}  // namespace

void write_deflate_block(const BlockContent& content, FinalBlock final, BitWriter& writer) {
  writer.flush();
  Histogram used = content.used;
  used.literals[end_of_block] = 1;
  const CodeLengths best = best_code_lengths(used);
  const CodeHeader header{best};
  const CodeLengths fixed = fixed_code_lengths();
  const std::uint64_t stored = stored_size(content.bytes.size(), writer.bits_in_byte());
  const std::uint64_t with_fixed = 3 + coded_size(used, fixed);
  const std::uint64_t with_best = 3 + header.size() + coded_size(used, best);
  if (stored <= with_fixed && stored <= with_best) return write_stored(content.bytes, final, writer);
  if (with_fixed <= with_best) {
    write_block_header(final, BlockType::fixed, writer);
    return write_coded(content, fixed, writer);
  }
  write_block_header(final, BlockType::dynamic, writer);
  header.write(writer);
  write_coded(content, best, writer);
}

void write_sync_marker(BitWriter& writer) {
  write_stored_block({}, FinalBlock::no, writer);
}

}  // namespace ocibuild
