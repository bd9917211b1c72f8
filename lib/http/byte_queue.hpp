// A bounded queue of bytes between the thread that speaks to the network and the thread that asked for it.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// A ring of fixed capacity, which is allocated at the first byte. Not safe for several threads.
class ByteQueue {
 public:
  explicit ByteQueue(std::size_t capacity) : capacity_{capacity} {}

  bool empty() const noexcept { return size_ == 0; }
  std::size_t room() const noexcept { return capacity_ - size_; }

  /// Takes as many bytes as there is room for; returns their number.
  std::size_t push(Bytes bytes) {
    if (ring_.empty()) ring_.resize(capacity_);
    const std::size_t count = std::min(bytes.size(), room());
    const std::size_t end = (begin_ + size_) % capacity_;
    const std::size_t first = std::min(count, capacity_ - end);
    std::memcpy(ring_.data() + end, bytes.data(), first);
    std::memcpy(ring_.data(), bytes.data() + first, count - first);
    size_ += count;
    return count;
  }

  /// Moves bytes out into the front of `into`; returns their number.
  std::size_t pop(MutableBytes into) {
    const std::size_t count = std::min(into.size(), size_);
    const std::size_t first = std::min(count, capacity_ - begin_);
    if (count == 0) return 0;
    std::memcpy(into.data(), ring_.data() + begin_, first);
    std::memcpy(into.data() + first, ring_.data(), count - first);
    begin_ = (begin_ + count) % capacity_;
    size_ -= count;
    return count;
  }

 private:
  std::size_t capacity_;
  std::vector<std::byte> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace ocibuild
