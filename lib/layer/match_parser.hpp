// Cutting data into literals and matches.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/deflate_tables.hpp"
#include "layer/match_costs.hpp"
#include "layer/match_finder.hpp"

namespace ocibuild {

/// A run of literals, then a match; a distance of 0: no match follows.
struct Sequence {
  std::uint32_t literals;
  std::uint16_t length;
  std::uint16_t distance;
};

/// Parses a buffer piece by piece, front to back. Its choices are part of the format gz1.
class MatchParser {
 public:
  /// Begins a buffer, of which the first `history_size` bytes are only referred to.
  void reset(const std::uint8_t* buffer, std::uint32_t history_size, std::uint32_t size);

  bool at_end() const noexcept { return position_ == size_; }

  /// How far the buffer is parsed.
  std::uint32_t position() const noexcept { return position_; }

  /// Parses the next 4 KiB, or a little more because a match ends beyond, or what is left. Its sequences are appended to
  /// `sequences`; returned are its symbols.
  Histogram parse_chunk(std::vector<Sequence>& sequences);

  /// Uses what is known about the symbols so far for the choices from here on.
  void learn(const Histogram& used) noexcept { costs_.learn(used); }

 private:
  Match first_match();
  bool improve(Match& match);
  void take_literal(Histogram& used);
  void skip_literals(std::uint32_t chunk_end, Histogram& used);
  void insert_until(std::uint32_t end);

  const std::uint8_t* buffer_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t search_end_ = 0;   // from here on there are less than 4 bytes
  std::uint32_t position_ = 0;     // of the next byte to parse
  std::uint32_t inserted_ = 0;     // positions below are known to the match finder
  std::uint32_t literal_run_ = 0;  // positions in a row where no match was taken
  MatchCosts costs_;
  MatchFinder finder_;
};

}  // namespace ocibuild
