// The alphabets of DEFLATE (RFC 1951 3.2.5) and the lookups between values and symbols.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ocibuild {

inline constexpr std::uint32_t min_match = 3;
inline constexpr std::uint32_t max_match = 258;
inline constexpr std::uint32_t max_distance = 32768;

inline constexpr std::size_t end_of_block = 256;
inline constexpr std::size_t first_length_symbol = 257;
inline constexpr std::size_t length_codes = 29;
inline constexpr std::size_t literal_symbols = first_length_symbol + length_codes;
inline constexpr std::size_t distance_symbols = 30;

/// The smallest value a code stands for, and how many extra bits say how far above it the value is.
struct ExtraBits {
  std::uint16_t base;
  std::uint8_t bits;
};

/// The length codes, that is the symbols from 257 on. Length 258 has its own code without extra bits.
inline constexpr std::array<ExtraBits, length_codes> length_extra = [] {
  std::array<ExtraBits, length_codes> codes{};
  std::uint16_t base = min_match;
  for (std::size_t i = 0; i + 1 < length_codes; ++i) {
    const auto bits = static_cast<std::uint8_t>(i < 8 ? 0 : (i - 4) / 4);
    codes[i] = {base, bits};
    base = static_cast<std::uint16_t>(base + (1U << bits));
  }
  codes.back() = {max_match, 0};
  return codes;
}();

inline constexpr std::array<ExtraBits, distance_symbols> distance_extra = [] {
  std::array<ExtraBits, distance_symbols> codes{};
  std::uint16_t base = 1;
  for (std::size_t i = 0; i < distance_symbols; ++i) {
    const auto bits = static_cast<std::uint8_t>(i < 4 ? 0 : (i - 2) / 2);
    codes[i] = {base, bits};
    base = static_cast<std::uint16_t>(base + (1U << bits));
  }
  return codes;
}();

namespace detail {

inline constexpr std::array<std::uint8_t, max_match + 1> length_code_of = [] {
  std::array<std::uint8_t, max_match + 1> table{};
  std::uint8_t code = 0;
  for (std::uint32_t length = min_match; length <= max_match; ++length) {
    while (code + 1U < length_codes && length_extra[code + 1U].base <= length) ++code;
    table[length] = code;
  }
  return table;
}();

/// By distance - 1 below 256, and by (distance - 1) / 128 from there on, where codes change at multiples of 128 only.
inline constexpr std::array<std::uint8_t, 512> distance_symbol_of = [] {
  std::array<std::uint8_t, 512> table{};
  std::uint8_t symbol = 0;
  for (std::uint32_t i = 0; i < 512; ++i) {
    const std::uint32_t distance = i < 256 ? i + 1 : (i - 256) * 128 + 1;
    if (i == 256) symbol = 0;
    while (symbol + 1U < distance_symbols && distance_extra[symbol + 1U].base <= distance) ++symbol;
    table[i] = symbol;
  }
  return table;
}();

}  // namespace detail

/// The length code, 0-28, of a length of 3-258; its symbol is that + 257.
constexpr std::size_t length_code(std::uint32_t length) noexcept {
  return detail::length_code_of[length];
}

/// The distance symbol, 0-29, of a distance of 1-32768.
constexpr std::size_t distance_symbol(std::uint32_t distance) noexcept {
  return detail::distance_symbol_of[distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)];
}

/// How often each symbol occurs in a piece of data.
struct Histogram {
  std::array<std::uint32_t, literal_symbols> literals{};
  std::array<std::uint32_t, distance_symbols> distances{};

  void add(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < literal_symbols; ++i) literals[i] += other.literals[i];
    for (std::size_t i = 0; i < distance_symbols; ++i) distances[i] += other.distances[i];
  }
};

}  // namespace ocibuild
