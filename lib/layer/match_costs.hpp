// What literals and matches are expected to cost, to tell whether a short match pays for itself.
#pragma once

#include <array>
#include <cstdint>

#include "layer/deflate_tables.hpp"
#include "layer/match_finder.hpp"

namespace ocibuild {

/// Expected costs in 1/16 bit, learned from what was written before. The rules are part of the format gz1.
class MatchCosts {
 public:
  /// Forgets everything: the costs are those of the fixed codes.
  void reset() noexcept;

  /// Learns from symbols that were used.
  void learn(const Histogram& used) noexcept;

  /// True when `match` is expected to be cheaper than its bytes, which `bytes` points to, as literals.
  bool pays(Match match, const std::uint8_t* bytes) const noexcept {
    if (match.length > checked_length) return true;
    std::uint32_t literals = 0;
    for (std::uint32_t i = 0; i < match.length; ++i) literals += literals_[bytes[i]];
    return lengths_[length_code(match.length)] + distances_[distance_symbol(match.distance)] < literals;
  }

 private:
  static constexpr std::uint32_t checked_length = 4;  // longer matches are taken to pay always

  std::array<std::uint16_t, 256> literals_;
  std::array<std::uint16_t, length_codes> lengths_;
  std::array<std::uint16_t, distance_symbols> distances_;
};

}  // namespace ocibuild
