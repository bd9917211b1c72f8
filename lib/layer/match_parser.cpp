// The parser: takes the longest match, unless the next position has a better one.
#include "layer/match_parser.hpp"

#include <algorithm>
#include <bit>

namespace ocibuild {
namespace {

constexpr std::uint32_t chunk_size = 4096;
constexpr std::uint32_t first_steps = 12;
constexpr std::uint32_t lazy_steps = 5;
constexpr std::uint32_t lazy_length = 10;   // from this length on, a match is taken without a look at the next position
constexpr std::uint32_t run_per_skip = 64;  // after each so many literals in a row, one more position is not searched
constexpr std::uint32_t max_skip = 8;

std::uint32_t whole_log2(std::uint32_t number) { return static_cast<std::uint32_t>(std::bit_width(number)) - 1; }

/// True when taking a literal and then `next` is better than `match`: a byte more weighs 4, twice as near weighs 1.
bool is_better(Match next, Match match) {
  return next.distance != 0 &&
         4 * next.length + whole_log2(match.distance) > 4 * match.length + whole_log2(next.distance) + 2;
}

}  // namespace

void MatchParser::reset(const std::uint8_t* buffer, std::uint32_t history_size, std::uint32_t size) {
  buffer_ = buffer;
  size_ = size;
  search_end_ = std::max(size, min_match) - min_match;
  position_ = history_size;
  inserted_ = 0;
  literal_run_ = 0;
  finder_.reset(buffer);
  insert_until(history_size);
  costs_.expect(buffer + history_size, std::min(size - history_size, chunk_size));
}

Histogram MatchParser::parse_chunk(std::vector<Sequence>& sequences) {
  Histogram used;
  const std::uint32_t chunk_end = size_ - position_ > chunk_size ? position_ + chunk_size : size_;
  std::uint32_t start = position_;  // of the literals that are in no sequence yet
  while (position_ < chunk_end) {
    Match match = first_match();
    if (match.distance == 0 || !costs_.pays(match, buffer_ + position_)) {
      take_literal(used);
      skip_literals(chunk_end, used);
      continue;
    }
    while (improve(match)) take_literal(used);
    literal_run_ = 0;
    sequences.push_back({.literals = position_ - start,
                         .length = static_cast<std::uint16_t>(match.length),
                         .distance = static_cast<std::uint16_t>(match.distance)});
    ++used.literals[first_length_symbol + length_code(match.length)];
    ++used.distances[distance_symbol(match.distance)];
    position_ += match.length;
    insert_until(position_);
    start = position_;
  }
  if (start < position_) sequences.push_back({.literals = position_ - start, .length = 0, .distance = 0});
  return used;
}

/// The longest match at the position.
Match MatchParser::first_match() {
  if (position_ >= search_end_) return {};
  inserted_ = position_ + 1;
  return finder_.search(position_, std::min(max_match, size_ - position_), first_steps);
}

/// Replaces `match`, of the position, by a better one of the next position, if there is one.
bool MatchParser::improve(Match& match) {
  if (match.length >= lazy_length || position_ + 1 >= search_end_) return false;
  const std::uint32_t limit = std::min(max_match, size_ - position_ - 1);
  const Match next = finder_.search_at_least(match.length, position_ + 1, limit, lazy_steps);
  inserted_ = position_ + 2;
  if (!is_better(next, match)) return false;
  match = next;
  return true;
}

void MatchParser::take_literal(Histogram& used) {
  ++used.literals[buffer_[position_++]];
  ++literal_run_;
}

/// In data without matches, takes some literals unseen: the longer it has been so, the more.
void MatchParser::skip_literals(std::uint32_t chunk_end, Histogram& used) {
  const std::uint32_t count = std::min({literal_run_ / run_per_skip, max_skip, chunk_end - position_});
  for (std::uint32_t i = 0; i < count; ++i) ++used.literals[buffer_[position_++]];
  insert_until(position_);
}

void MatchParser::insert_until(std::uint32_t end) {
  for (const std::uint32_t stop = std::min(end, search_end_); inserted_ < stop; ++inserted_) finder_.insert(inserted_);
}

}  // namespace ocibuild
