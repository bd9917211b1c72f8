// Splits by entropy: what a chunk costs with the code of its predecessors, and what it costs on its own.
#include "layer/block_splitter.hpp"

#include "layer/integer_log.hpp"

namespace ocibuild {
namespace {

// A new code costs a header of 60 to 80 bytes, and a chunk of 4 KiB looks a little more like itself than its
// surroundings.
constexpr std::uint64_t cost_of_a_new_part = std::uint64_t{640} << log2_fraction_bits;

/// The entropy of the counts times their sum, in 1/256 bit.
template <class Counts>
std::uint64_t cost(const Counts& counts) {
  std::uint32_t total = 0;
  std::uint64_t saved = 0;
  for (const std::uint32_t count : counts) {
    total += count;
    saved += std::uint64_t{count} * log2_fixed(count);
  }
  return total == 0 ? 0 : std::uint64_t{total} * log2_fixed(total) - saved;
}

std::uint64_t cost(const Histogram& used) {
  return cost(used.literals) + cost(used.distances);
}

}  // namespace

std::uint64_t BlockSplitter::add(const BlockPart& chunk) {
  const std::uint64_t own_cost = cost(chunk.used);
  if (parts_.empty()) {
    parts_.push_back(chunk);
    return last_cost_ = own_cost;
  }
  Histogram joint = parts_.back().used;
  joint.add(chunk.used);
  const std::uint64_t joint_cost = cost(joint);
  if (last_cost_ + own_cost + cost_of_a_new_part < joint_cost) {
    parts_.push_back(chunk);
    last_cost_ = own_cost;
  } else {
    parts_.back() = {.sequences_end = chunk.sequences_end, .content_end = chunk.content_end, .used = joint};
    last_cost_ = joint_cost;
  }
  return own_cost;
}

}  // namespace ocibuild
