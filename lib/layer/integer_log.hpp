// The binary logarithm in integers, equal on every machine.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace ocibuild {

/// Parts of a bit that costs are counted in.
inline constexpr int log2_fraction_bits = 8;

namespace detail {

inline constexpr std::uint32_t log2_table_bits = 12;

/// Bit by bit: squaring a number of [1, 2) doubles its logarithm, and a result of 2 or more is a 1.
constexpr std::uint16_t compute_log2(std::uint32_t number) {
  const auto exponent = static_cast<std::uint32_t>(std::bit_width(number)) - 1;
  std::uint64_t mantissa = std::uint64_t{number} << (31 - exponent);
  std::uint32_t result = exponent;
  for (int i = 0; i < log2_fraction_bits; ++i) {
    mantissa = (mantissa * mantissa) >> 31;
    result <<= 1;
    if (mantissa >> 32 != 0) {
      mantissa >>= 1;
      result |= 1;
    }
  }
  return static_cast<std::uint16_t>(result);
}

inline constexpr auto log2_table = [] {
  std::array<std::uint16_t, 1 << log2_table_bits> table{};
  for (std::uint32_t i = 1; i < table.size(); ++i) table[i] = compute_log2(i);
  return table;
}();

}  // namespace detail

/// log2(number) in 1/256 bit, rounded down; from 4096 on, of the number's upper 12 bits. `number` is not 0.
constexpr std::uint32_t log2_fixed(std::uint32_t number) noexcept {
  const auto width = static_cast<std::uint32_t>(std::bit_width(number));
  if (width <= detail::log2_table_bits) return detail::log2_table[number];
  const std::uint32_t shift = width - detail::log2_table_bits;
  return detail::log2_table[number >> shift] + (shift << log2_fraction_bits);
}

}  // namespace ocibuild
