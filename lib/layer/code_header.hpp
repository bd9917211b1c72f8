// The Huffman codes of a DEFLATE block, and how they are written in front of it (RFC 1951 3.2.7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "layer/bit_writer.hpp"
#include "layer/deflate_tables.hpp"

namespace ocibuild {

/// Code lengths for both alphabets. There are 288 literal and length symbols because the fixed code has them.
struct CodeLengths {
  std::array<std::uint8_t, 288> literals{};
  std::array<std::uint8_t, distance_symbols> distances{};
};

/// The fixed codes of RFC 1951 3.2.6.
CodeLengths fixed_code_lengths() noexcept;

/// The shortest codes for these symbols. Where there is no distance, distance symbol 0 gets a code.
CodeLengths best_code_lengths(const Histogram& used) noexcept;

/// How many bits the symbols take with these codes, extra bits included.
std::uint64_t coded_size(const Histogram& used, const CodeLengths& lengths) noexcept;

/// The description of code lengths: run lengths, in a Huffman code of their own.
class CodeHeader {
 public:
  explicit CodeHeader(const CodeLengths& lengths) noexcept;

  /// Its size in bits.
  std::uint64_t size() const noexcept;

  void write(BitWriter& writer) const noexcept;

 private:
  static constexpr std::size_t symbols = 19;

  /// A code length of 0-15, or one of 16-18 for a run, whose extra bits say how long it is.
  struct Item {
    std::uint8_t symbol;
    std::uint8_t extra;
  };

  void add_run(std::uint8_t length, std::size_t count) noexcept;
  void add(std::uint8_t symbol, std::size_t extra) noexcept;

  std::size_t literal_count_ = literal_symbols;
  std::size_t distance_count_ = distance_symbols;
  std::size_t written_lengths_ = symbols;  // of the code for the items
  std::array<Item, literal_symbols + distance_symbols> items_;
  std::size_t item_count_ = 0;
  std::array<std::uint8_t, symbols> lengths_;
  std::array<std::uint16_t, symbols> codes_;
};

}  // namespace ocibuild
