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

/// How hard the parser tries.
struct Effort {
  std::uint32_t steps;        ///< of a chain, at a new position
  std::uint32_t lazy_steps;   ///< of a chain, at the position after a match
  std::uint32_t lazy_length;  ///< from this length on, a match is taken without a look at the position after
  std::uint32_t nice_length;  ///< from this length on, no longer one is looked for
};

/// What a chunk is expected to take when written, in 1/256 bit, for how many bytes.
struct ChunkCost {
  std::uint64_t cost;
  std::uint64_t size;
};

/// Parses a buffer piece by piece, front to back. Its choices are part of the format gz1.
class MatchParser {
 public:
  /// Begins a buffer, of which the first `history_size` bytes are only referred to.
  void reset(const std::uint8_t* buffer, std::uint32_t history_size, std::uint32_t size);

  bool at_end() const noexcept { return cursor_.position == size_; }

  /// How far the buffer is parsed.
  std::uint32_t position() const noexcept { return cursor_.position; }

  /// Parses the next 4 KiB, or a little more because a match ends beyond, or what is left. Its sequences are appended
  /// to `sequences`; returned are its symbols.
  Histogram parse_chunk(std::vector<Sequence>& sequences);

  /// Uses what is known about the symbols so far for the choices from here on.
  void learn(const Histogram& used, ChunkCost last);

 private:
  /// Where the parser stands; parse_chunk works on a copy, which stays in registers.
  struct Cursor {
    std::uint32_t position = 0;         ///< of the next byte to parse
    std::uint32_t inserted = 0;         ///< positions below are known to the match finder
    std::uint32_t literal_run = 0;      ///< how many literals in a row were taken
    std::uint32_t likely_distance = 0;  ///< of the match that ended here, if it was as long as a match can be
  };

  Match first_match(Cursor& cursor);
  bool improve(Match& match, Cursor& cursor);
  void take_literal(Cursor& cursor, Histogram& used);
  void skip_literals(std::uint32_t chunk_end, Cursor& cursor, Histogram& used);
  void insert_until(std::uint32_t end, Cursor& cursor);

  const std::uint8_t* buffer_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t search_end_ = 0;  // from here on there are less than 4 bytes
  Cursor cursor_;
  Effort effort_{};
  MatchCosts costs_;
  MatchFinder finder_;
};

}  // namespace ocibuild
