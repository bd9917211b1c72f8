// The parser: takes the longest match, unless the next position has a better one.
#include "layer/match_parser.hpp"

#include <algorithm>
#include <bit>

#include "layer/integer_log.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t chunk_size = 4096;
constexpr std::uint32_t run_per_skip = 64;  // after each so many literals in a row, one more position is not searched
constexpr std::uint32_t max_skip = 8;

// Most data is searched quickly. Where the last chunk took little room, as in tables and repetitive text, there are few
// symbols to search for and much to gain.
constexpr Effort quick = {.steps = 8, .lazy_steps = 4, .lazy_length = 10, .nice_length = 60};
constexpr Effort thorough = {.steps = 16, .lazy_steps = 6, .lazy_length = 32, .nice_length = max_match};
constexpr Effort exhaustive = {.steps = 128, .lazy_steps = 32, .lazy_length = 32, .nice_length = max_match};
constexpr std::uint64_t thorough_below = 22;    // 1/16 bit for each byte
constexpr std::uint64_t exhaustive_below = 14;  // 1/16 bit for each byte

std::uint32_t whole_log2(std::uint32_t number) {
  return static_cast<std::uint32_t>(std::bit_width(number)) - 1;
}

/// True when taking a literal and then `next` is better than `match`: a byte more weighs 4, twice as near weighs 1.
bool is_better(Match next, Match match) {
  return next.distance != 0 &&
         4 * next.length + whole_log2(match.distance) > 4 * match.length + whole_log2(next.distance) + 2;
}

}  // namespace

/// The longest match at the position. A match that could not be longer may go on at its distance, which many other
/// positions with the same bytes can hide from a search of few steps.
[[gnu::always_inline]] inline Match MatchParser::first_match(Cursor& cursor) {
  const std::uint32_t left = size_ - cursor.position;
  if (cursor.position >= search_end_) return left == min_match ? finder_.search_last(cursor.position) : Match{};
  cursor.inserted = cursor.position + 1;
  const std::uint32_t limit = std::min(max_match, left);
  const Match match = finder_.search(cursor.position,
                                     {.steps = effort_.steps, .nice_length = effort_.nice_length, .max_length = limit});
  if (cursor.likely_distance == 0 || match.length == limit) return match;
  const std::uint32_t length = finder_.length_at(cursor.likely_distance, cursor.position, limit);
  return length > std::max(match.length, min_match) ? Match{.length = length, .distance = cursor.likely_distance}
                                                    : match;
}

/// Replaces `match`, of the position, by a better one of the next position, if there is one.
[[gnu::always_inline]] inline bool MatchParser::improve(Match& match, Cursor& cursor) {
  const std::uint32_t next_position = cursor.position + 1;
  if (match.length >= effort_.lazy_length || next_position >= search_end_) return false;
  const Match next = finder_.search_at_least(match.length, next_position,
                                             {.steps = effort_.lazy_steps,
                                              .nice_length = effort_.nice_length,
                                              .max_length = std::min(max_match, size_ - next_position)});
  cursor.inserted = next_position + 1;
  if (!is_better(next, match)) return false;
  match = next;
  return true;
}

[[gnu::always_inline]] inline void MatchParser::take_literal(Cursor& cursor, Histogram& used) {
  ++used.literals[buffer_[cursor.position++]];
  ++cursor.literal_run;
  cursor.likely_distance = 0;
}

/// In data without matches, takes some literals unseen: the longer it has been so, the more.
[[gnu::always_inline]] inline void MatchParser::skip_literals(std::uint32_t chunk_end, Cursor& cursor,
                                                              Histogram& used) {
  if (cursor.literal_run < run_per_skip) return;
  const std::uint32_t count = std::min({cursor.literal_run / run_per_skip, max_skip, chunk_end - cursor.position});
  for (std::uint32_t i = 0; i < count; ++i) ++used.literals[buffer_[cursor.position++]];
  insert_until(cursor.position, cursor);
}

[[gnu::always_inline]] inline void MatchParser::insert_until(std::uint32_t end, Cursor& cursor) {
  const std::uint32_t stop = std::min(end, search_end_);
  while (cursor.inserted < stop) finder_.insert(cursor.inserted++);
}

void MatchParser::reset(const std::uint8_t* buffer, std::uint32_t history_size, std::uint32_t size) {
  buffer_ = buffer;
  size_ = size;
  search_end_ = std::max(size, min_match) - min_match;
  cursor_ = {.position = history_size};
  effort_ = exhaustive;
  finder_.reset(buffer);
  insert_until(history_size, cursor_);
  costs_.reset();
}

void MatchParser::learn(const Histogram& used, ChunkCost last) {
  costs_.learn(used);
  const auto is_below = [&](std::uint64_t limit) { return last.cost * 16 < (limit * last.size << log2_fraction_bits); };
  effort_ = is_below(exhaustive_below) ? exhaustive : is_below(thorough_below) ? thorough : quick;
}

Histogram MatchParser::parse_chunk(std::vector<Sequence>& sequences) {
  Histogram used;
  Cursor cursor = cursor_;
  const std::uint32_t chunk_end = size_ - cursor.position > chunk_size ? cursor.position + chunk_size : size_;
  std::uint32_t start = cursor.position;  // of the literals that are in no sequence yet
  while (cursor.position < chunk_end) {
    Match match = first_match(cursor);
    if (match.distance == 0 || !costs_.pays(match, buffer_ + cursor.position)) {
      take_literal(cursor, used);
      skip_literals(chunk_end, cursor, used);
      continue;
    }
    while (improve(match, cursor)) take_literal(cursor, used);
    sequences.push_back({.literals = cursor.position - start,
                         .length = static_cast<std::uint16_t>(match.length),
                         .distance = static_cast<std::uint16_t>(match.distance)});
    ++used.literals[first_length_symbol + length_code(match.length)];
    ++used.distances[distance_symbol(match.distance)];
    cursor.literal_run = 0;
    cursor.likely_distance = match.length == max_match ? match.distance : 0;
    cursor.position += match.length;
    insert_until(cursor.position, cursor);
    start = cursor.position;
  }
  if (start < cursor.position) sequences.push_back({.literals = cursor.position - start, .length = 0, .distance = 0});
  cursor_ = cursor;
  return used;
}

}  // namespace ocibuild
