// Expected costs from counts: -log2 of a symbol's share, in integers.
#include "layer/match_costs.hpp"

#include <algorithm>
#include <numeric>

#include "layer/integer_log.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t cost_fraction_bits = 4;  // costs are in 1/16 bit
constexpr std::uint32_t longest_match_cost = 25 << cost_fraction_bits;  // typical for a far match of 3 or 4 bytes in code

/// The cost of a symbol that occurs `count` times of `total`. Both were weighted so that an unseen symbol has one count.
std::uint16_t cost(std::uint32_t count, std::uint32_t log_of_total) {
  return static_cast<std::uint16_t>((log_of_total - log2_fixed(count)) >> (log2_fraction_bits - cost_fraction_bits));
}

std::uint32_t weighted(std::uint32_t count) { return 4 * count + 1; }

template <class Counts>
std::uint32_t log_of_total(const Counts& counts) {
  std::uint32_t total = 0;
  for (const std::uint32_t count : counts) total += weighted(count);
  return log2_fixed(total);
}

}  // namespace

void MatchCosts::expect(const std::uint8_t* bytes, std::uint32_t count) noexcept {
  Histogram expected;
  for (std::uint32_t i = 0; i < count; ++i) ++expected.literals[bytes[i]];
  for (std::size_t i = first_length_symbol; i < literal_symbols; ++i) expected.literals[i] = count / 64;
  expected.distances.fill(count / 32);
  learn(expected);
}

void MatchCosts::learn(const Histogram& used) noexcept {
  const std::uint32_t log_of_literals = log_of_total(used.literals);
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    literals_[i] = cost(weighted(used.literals[i]), log_of_literals);
    sum += std::uint64_t{used.literals[i]} * literals_[i];
    count += used.literals[i];
  }
  for (std::size_t i = 0; i < length_codes; ++i) {
    const std::uint32_t extra = std::uint32_t{length_extra[i].bits} << cost_fraction_bits;
    lengths_[i] = static_cast<std::uint16_t>(cost(weighted(used.literals[first_length_symbol + i]), log_of_literals) + extra);
  }
  const std::uint32_t log_of_distances = log_of_total(used.distances);
  for (std::size_t i = 0; i < distance_symbols; ++i) {
    const std::uint32_t extra = std::uint32_t{distance_extra[i].bits} << cost_fraction_bits;
    distances_[i] = static_cast<std::uint16_t>(cost(weighted(used.distances[i]), log_of_distances) + extra);
  }
  // Where literals are cheap, as in text of four letters, longer matches need the check as well.
  const std::uint64_t mean = std::max<std::uint64_t>(count == 0 ? 0 : sum / count, 1);
  checked_length_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(longest_match_cost / mean, min_match, 16));
}

}  // namespace ocibuild
