// Building Huffman codes: minimum redundancy, then shortening what is too long.
#include "layer/huffman.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "layer/deflate_tables.hpp"

namespace ocibuild {
namespace {

constexpr unsigned max_code_length = 15;
constexpr std::size_t max_nodes = 2 * literal_symbols;

using LengthCounts = std::array<std::uint32_t, max_code_length + 1>;

/// The used symbols from rare to frequent, equal counts by symbol: count << 16 | symbol.
struct SortedSymbols {
  std::array<std::uint64_t, literal_symbols> keys;
  std::size_t size = 0;

  explicit SortedSymbols(std::span<const std::uint32_t> counts) {
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
      if (counts[symbol] > 0) keys[size++] = std::uint64_t{counts[symbol]} << 16 | symbol;
    }
    std::sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(size));
  }
  std::size_t symbol(std::size_t i) const { return keys[i] & 0xffff; }
  std::uint64_t count(std::size_t i) const { return keys[i] >> 16; }
};

/// How many codes there are of each length in a Huffman tree, where longer codes than `limit` count as `limit`. Leaves
/// are the nodes 0 to n - 1 in sorted order, inner nodes follow in the order they are made. At equal weight a leaf goes
/// first.
LengthCounts count_lengths(const SortedSymbols& sorted, unsigned limit) {
  const std::size_t leaves = sorted.size;
  std::array<std::uint64_t, max_nodes> weight;
  std::array<std::uint16_t, max_nodes> parent;
  for (std::size_t i = 0; i < leaves; ++i) weight[i] = sorted.count(i);
  std::size_t leaf = 0;
  std::size_t inner = leaves;
  for (std::size_t made = leaves; made < 2 * leaves - 1; ++made) {
    weight[made] = 0;
    for (int child = 0; child < 2; ++child) {
      const bool takes_leaf = leaf < leaves && (inner >= made || weight[leaf] <= weight[inner]);
      const std::size_t node = takes_leaf ? leaf++ : inner++;
      weight[made] += weight[node];
      parent[node] = static_cast<std::uint16_t>(made);
    }
  }
  LengthCounts lengths{};
  std::array<std::uint16_t, max_nodes> depth;
  depth[2 * leaves - 2] = 0;
  for (std::size_t node = 2 * leaves - 2; node-- > 0;) {
    depth[node] = static_cast<std::uint16_t>(depth[parent[node]] + 1);
    if (node < leaves) ++lengths[std::min<unsigned>(depth[node], limit)];
  }
  return lengths;
}

/// Makes a code out of lengths that were cut off at `limit` and are too many for it: as often as needed, the longest
/// code below the limit becomes an inner node with two leaves, one of them taken from the limit.
void repair(LengthCounts& lengths, unsigned limit) {
  std::uint32_t space = 0;  // taken, in codes of length `limit`
  for (unsigned length = 1; length <= limit; ++length) space += lengths[length] << (limit - length);
  for (; space > 1U << limit; --space) {
    unsigned length = limit - 1;
    while (lengths[length] == 0) --length;
    --lengths[length];
    lengths[length + 1] += 2;
    --lengths[limit];
  }
}

}  // namespace

void build_code_lengths(std::span<const std::uint32_t> counts, unsigned limit, std::span<std::uint8_t> lengths) {
  std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
  const SortedSymbols sorted{counts};
  if (sorted.size == 0) return;
  if (sorted.size == 1) {
    lengths[sorted.symbol(0)] = 1;
    return;
  }
  LengthCounts of_length = count_lengths(sorted, limit);
  repair(of_length, limit);
  std::size_t next = 0;
  for (unsigned length = limit; length > 0; --length) {
    for (std::uint32_t i = 0; i < of_length[length]; ++i) {
      lengths[sorted.symbol(next++)] = static_cast<std::uint8_t>(length);
    }
  }
}

void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes) {
  LengthCounts of_length{};
  for (const std::uint8_t length : lengths) ++of_length[length];
  of_length[0] = 0;
  LengthCounts next{};
  for (std::size_t length = 1; length < next.size(); ++length)
    next[length] = (next[length - 1] + of_length[length - 1]) << 1;
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    std::uint32_t reversed = 0;
    std::uint32_t code = lengths[symbol] == 0 ? 0 : next[lengths[symbol]]++;
    for (unsigned i = 0; i < lengths[symbol]; ++i, code >>= 1) reversed = reversed << 1 | (code & 1);
    codes[symbol] = static_cast<std::uint16_t>(reversed);
  }
}

}  // namespace ocibuild
