// Bytes in motion: where they come from, where they go, and the few adapters between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ocibuild {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// The bytes of a text, without copying.
inline Bytes as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span<const char>{text.data(), text.size()});
}

/// The text over some bytes, without copying.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Where bytes come from. Not safe for use by two threads at once.
class Source {
 public:
  virtual ~Source() = default;

  /// Fills the front of `into` and returns how many bytes it wrote; 0 only at the end (or for an empty `into`).
  virtual std::size_t read(MutableBytes into) = 0;
};

/// Where bytes go. Not safe for use by two threads at once.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes all of `bytes` or throws.
  virtual void write(Bytes bytes) = 0;

  /// Says that nothing more follows. Called at most once; a sink that is destroyed before was abandoned.
  virtual void finish() {}
};

/// Reads a text that it owns.
class MemorySource final : public Source {
 public:
  explicit MemorySource(std::string content) : content_{std::move(content)} {}
  std::size_t read(MutableBytes into) override;

 private:
  std::string content_;
  std::size_t position_ = 0;
};

/// Reads bytes that someone else owns and keeps alive.
class ViewSource final : public Source {
 public:
  explicit ViewSource(Bytes content) : rest_{content} {}
  std::size_t read(MutableBytes into) override;

 private:
  Bytes rest_;
};

/// Keeps everything it is given.
class MemorySink final : public Sink {
 public:
  void write(Bytes bytes) override { content_.append(as_text(bytes)); }
  const std::string& content() const noexcept { return content_; }
  std::string take() noexcept { return std::move(content_); }

 private:
  std::string content_;
};

/// Forgets everything, but counts it.
class CountingSink final : public Sink {
 public:
  void write(Bytes bytes) override { count_ += bytes.size(); }
  std::uint64_t count() const noexcept { return count_; }

 private:
  std::uint64_t count_ = 0;
};

/// Gives everything, `finish` included, first to one sink and then to the other.
class TeeSink final : public Sink {
 public:
  TeeSink(Sink& first, Sink& second) : first_{first}, second_{second} {}
  void write(Bytes bytes) override;
  void finish() override;

 private:
  Sink& first_;
  Sink& second_;
};

/// Moves everything from `from` into `to` and returns the number of bytes. Does not finish `to`.
std::uint64_t transfer(Source& from, Sink& to);

/// Reads `into` full, or to the end of `from`; returns the number of bytes read.
std::size_t read_fully(Source& from, MutableBytes into);

/// Reads everything. Throws Error{invalid_document} when there are more than `limit` bytes.
std::string read_all(Source& from, std::size_t limit);

}  // namespace ocibuild
