// Expected costs from counts: -log2 of a symbol's share, in integers.
#include "layer/match_costs.hpp"

#include <algorithm>

#include "layer/integer_log.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t one_bit = 16;
constexpr std::uint32_t highest_length_cost = 9 * one_bit;    // without extra bits, as the next
constexpr std::uint32_t highest_distance_cost = 7 * one_bit;  // so that matches come back after a time without them

/// An unseen symbol counts as a quarter of a symbol.
std::uint32_t weighted(std::uint32_t count) {
  return 4 * count + 1;
}

template <class Counts>
std::uint32_t log_of_total(const Counts& counts) {
  std::uint32_t total = 0;
  for (const std::uint32_t count : counts) total += weighted(count);
  return log2_fixed(total);
}

/// The cost of a symbol that occurs `count` times.
std::uint32_t cost(std::uint32_t count, std::uint32_t log_of_total) {
  return (log_of_total - log2_fixed(weighted(count))) * one_bit >> log2_fraction_bits;
}

std::uint16_t with_extra(std::uint32_t cost, ExtraBits extra) {
  return static_cast<std::uint16_t>(cost + extra.bits * one_bit);
}

}  // namespace

void MatchCosts::reset() noexcept {
  literals_.fill(8 * one_bit);
  for (std::size_t i = 0; i < length_codes; ++i) lengths_[i] = with_extra(7 * one_bit, length_extra[i]);
  for (std::size_t i = 0; i < distance_symbols; ++i) distances_[i] = with_extra(5 * one_bit, distance_extra[i]);
}

void MatchCosts::learn(const Histogram& used) noexcept {
  const std::uint32_t literals = log_of_total(used.literals);
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    literals_[i] = static_cast<std::uint16_t>(cost(used.literals[i], literals));
  }
  for (std::size_t i = 0; i < length_codes; ++i) {
    const std::uint32_t own = cost(used.literals[first_length_symbol + i], literals);
    lengths_[i] = with_extra(std::min(own, highest_length_cost), length_extra[i]);
  }
  const std::uint32_t distances = log_of_total(used.distances);
  for (std::size_t i = 0; i < distance_symbols; ++i) {
    distances_[i] = with_extra(std::min(cost(used.distances[i], distances), highest_distance_cost), distance_extra[i]);
  }
}

}  // namespace ocibuild
