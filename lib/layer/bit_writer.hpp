// Bits into bytes, lowest first (RFC 1951 3.1.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "layer/little_endian.hpp"

namespace ocibuild {

/// Appends bits to memory that is known to be large enough, with at least 8 bytes to spare.
class BitWriter {
 public:
  explicit BitWriter(std::uint8_t* to) noexcept : to_{to} {}

  /// Adds the lowest `count` bits of `bits`, whose others are 0. Between two calls of `flush` there is room for 56
  /// bits.
  void put(std::uint64_t bits, unsigned count) noexcept {
    pending_ |= bits << pending_count_;
    pending_count_ += count;
  }

  /// Moves whole bytes out; afterwards at most 7 bits are pending.
  void flush() noexcept {
    store64(pending_, to_);
    to_ += pending_count_ >> 3;
    pending_ >>= pending_count_ & ~7U;
    pending_count_ &= 7U;
  }

  /// Fills the last byte with zeros.
  void align() noexcept {
    flush();
    if (pending_count_ == 0) return;
    ++to_;
    pending_ = 0;
    pending_count_ = 0;
  }

  /// Adds whole bytes. Only after `align`.
  void append(const std::uint8_t* bytes, std::size_t count) noexcept {
    if (count > 0) std::memcpy(to_, bytes, count);
    to_ += count;
  }

  /// How many bits of the current byte are taken, 0-7. Only after `flush`.
  unsigned bits_in_byte() const noexcept { return pending_count_; }

  /// Where the next whole byte will go.
  std::uint8_t* end() const noexcept { return to_; }

 private:
  std::uint8_t* to_;
  std::uint64_t pending_ = 0;
  unsigned pending_count_ = 0;
};

}  // namespace ocibuild
