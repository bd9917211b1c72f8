// Finding earlier copies of what comes next, within the last 32 KiB.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "layer/deflate_tables.hpp"
#include "layer/little_endian.hpp"

namespace ocibuild {

/// `length` bytes that also stand `distance` bytes before. A distance of 0: there is no match.
struct Match {
  std::uint32_t length = 0;
  std::uint32_t distance = 0;
};

/// How hard to look for a match.
struct SearchLimits {
  std::uint32_t steps;        ///< how many positions with the same hash to look at
  std::uint32_t nice_length;  ///< a match this long is taken without looking for a longer one
  std::uint32_t max_length;   ///< the longest match wanted
};

/// Chains of positions with equal hashes of 4 bytes, and the last position for each hash of 3 bytes.
///
/// Positions of one buffer are given in rising order, each once, to `insert` or a search; at least 4 bytes must follow
/// each. The functions are in this header because they are the inner loop. Their outcome is part of the format gz1.
class MatchFinder {
 public:
  /// Begins a new buffer, of less than 2^31 bytes.
  void reset(const std::uint8_t* buffer) noexcept {
    buffer_ = buffer;
    heads_.fill(0);
    heads_of_3_.fill(0);
  }

  void insert(std::uint32_t position) noexcept {
    const std::uint32_t entry = position + max_distance;
    const std::uint32_t bytes = load32(at(entry));
    std::uint32_t& head = heads_[hash(bytes)];
    older_[entry % max_distance] = age(entry, head);
    head = entry;
    heads_of_3_[hash_of_3(bytes)] = entry;
  }

  /// Inserts `position` and gives its longest match, the nearest of several, looking along the chain and at the last
  /// position with the same 3 bytes.
  Match search(std::uint32_t position, SearchLimits limits) noexcept {
    const std::uint32_t entry = position + max_distance;
    const std::uint32_t bytes = load32(at(entry));
    const std::uint32_t of_3 = heads_of_3_[hash_of_3(bytes)];
    const Match match = follow_chain(entry, limits, {.length = min_match, .distance = 0});
    if (match.distance != 0) return match;
    if (of_3 < oldest(entry) || (load32(at(of_3)) ^ bytes) << 8 != 0) return {};
    return {.length = min_match, .distance = entry - of_3};
  }

  /// A match of the last 3 bytes of the buffer, which begin at `position`. Inserts nothing.
  Match search_last(std::uint32_t position) const noexcept {
    const std::uint32_t entry = position + max_distance;
    const std::uint8_t* const here = at(entry);
    const std::uint32_t bytes = here[0] | std::uint32_t{here[1]} << 8 | std::uint32_t{here[2]} << 16;
    const std::uint32_t of_3 = heads_of_3_[hash_of_3(bytes)];
    if (of_3 < oldest(entry) || (load32(at(of_3)) ^ bytes) << 8 != 0) return {};
    return {.length = min_match, .distance = entry - of_3};
  }

  /// How many bytes from `position` on, up to `limit`, are equal to those `distance` before, which is at most
  /// max_distance and does not reach before the buffer.
  std::uint32_t length_at(std::uint32_t distance, std::uint32_t position, std::uint32_t limit) const noexcept {
    const std::uint8_t* const here = at(position + max_distance);
    return common(here, here - distance, 0, limit);
  }

  /// As `search`, but gives only matches of `length` or more bytes, which is at least 3; does not look for matches
  /// of 3.
  Match search_at_least(std::uint32_t length, std::uint32_t position, SearchLimits limits) noexcept {
    return follow_chain(position + max_distance, limits, {.length = length - 1, .distance = 0});
  }

 private:
  // An entry is a position + max_distance. So an unused entry, which is 0, is older than anything in reach.
  static constexpr int hash_bits = 17;
  static constexpr int hash_of_3_bits = 14;
  static constexpr std::uint32_t multiplier = 0x9e3779b1;  // 2^32 divided by the golden ratio

  static std::uint32_t hash(std::uint32_t bytes) noexcept { return bytes * multiplier >> (32 - hash_bits); }
  static std::uint32_t hash_of_3(std::uint32_t bytes) noexcept {
    return (bytes << 8) * multiplier >> (32 - hash_of_3_bits);
  }

  const std::uint8_t* at(std::uint32_t entry) const noexcept { return buffer_ + (std::size_t{entry} - max_distance); }

  /// How far `older` is before `entry`; what is out of reach counts as max_distance.
  static std::uint16_t age(std::uint32_t entry, std::uint32_t older) noexcept {
    return static_cast<std::uint16_t>(std::min(entry - older, max_distance));
  }

  /// The smallest entry that a match at `entry` may refer to.
  static std::uint32_t oldest(std::uint32_t entry) noexcept { return std::max(entry - max_distance, max_distance); }

  /// How many bytes are equal, of which `known` are already known to be, up to `limit`.
  static std::uint32_t common(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t known,
                              std::uint32_t limit) noexcept {
    std::uint32_t length = known;
    for (; length + 8 <= limit; length += 8) {
      const std::uint64_t difference = load64(a + length) ^ load64(b + length);
      if (difference != 0) return length + (static_cast<std::uint32_t>(std::countr_zero(difference)) >> 3);
    }
    while (length < limit && a[length] == b[length]) ++length;
    return length;
  }

  /// Inserts `entry` and looks for matches longer than `best`.
  Match follow_chain(std::uint32_t entry, SearchLimits limits, Match best) noexcept {
    const std::uint32_t limit = limits.max_length;
    const std::uint32_t nice_length = std::min(limits.nice_length, limit);
    std::uint32_t steps = limits.steps;
    const std::uint8_t* const here = at(entry);
    const std::uint32_t bytes = load32(here);
    if (limit > 4) {  // needed next in most cases
      const std::uint32_t next = load32(here + 1);
      __builtin_prefetch(&heads_[hash(next)], 1);
      __builtin_prefetch(&heads_of_3_[hash_of_3(next)], 1);
    }
    std::uint32_t candidate = heads_[hash(bytes)];
    older_[entry % max_distance] = age(entry, candidate);
    heads_[hash(bytes)] = entry;
    heads_of_3_[hash_of_3(bytes)] = entry;
    if (best.length >= limit) return best;

    const std::uint32_t end = oldest(entry);
    if (best.length < 4) {  // the first match of 4 or more
      while (true) {
        if (candidate < end || steps == 0) return best;
        if (load32(at(candidate)) == bytes) break;
        candidate -= older_[candidate % max_distance];
        --steps;
      }
      best = {.length = common(here, at(candidate), 4, limit), .distance = entry - candidate};
      if (best.length >= nice_length) return best;
      candidate -= older_[candidate % max_distance];
      --steps;
    }
    // A longer match is equal also in the byte after the best length so far, where most candidates fail.
    std::uint32_t tail = load32(here + best.length - 3);
    for (; candidate >= end && steps > 0; --steps, candidate -= older_[candidate % max_distance]) {
      const std::uint8_t* const there = at(candidate);
      if (load32(there + best.length - 3) != tail || load32(there) != bytes) continue;
      const std::uint32_t length = common(here, there, 4, limit);
      if (length <= best.length) continue;
      best = {.length = length, .distance = entry - candidate};
      if (length >= nice_length) break;
      tail = load32(here + length - 3);
    }
    return best;
  }

  const std::uint8_t* buffer_ = nullptr;
  std::array<std::uint32_t, 1 << hash_bits> heads_;
  std::array<std::uint32_t, 1 << hash_of_3_bits> heads_of_3_;
  std::array<std::uint16_t, max_distance> older_;
};

}  // namespace ocibuild
