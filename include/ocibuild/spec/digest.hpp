// Digests: the names of blobs (image-spec v1.1.1, descriptor.md#digests).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// A digest with checked grammar, as in `sha256:` and 64 lower-case hexadecimal digits.
///
/// sha256 and sha512 are computed and verified. Any other algorithm that fits the grammar is carried along, so that
/// foreign documents can be copied, but verifying against it throws Error{unsupported}.
class Digest {
 public:
  /// Throws Error{invalid_document} naming the rule that `text` breaks. Never builds anything from an invalid one.
  static Digest parse(std::string_view text);

  /// The sha256 digest of `bytes`.
  static Digest of(Bytes bytes);
  static Digest of(std::string_view text) { return of(as_bytes(text)); }

  std::string_view algorithm() const noexcept { return std::string_view{text_}.substr(0, colon_); }
  std::string_view encoded() const noexcept { return std::string_view{text_}.substr(colon_ + 1); }

  /// `algorithm:encoded`.
  const std::string& string() const noexcept { return text_; }

  friend bool operator==(const Digest& a, const Digest& b) noexcept { return a.text_ == b.text_; }
  friend std::strong_ordering operator<=>(const Digest& a, const Digest& b) noexcept { return a.text_ <=> b.text_; }

 private:
  Digest(std::string text, std::size_t colon) : text_{std::move(text)}, colon_{colon} {}

  std::string text_;
  std::size_t colon_;
};

/// Computes a digest bit by bit.
class Hasher {
 public:
  /// Throws Error{unsupported} for anything but sha256 and sha512.
  explicit Hasher(std::string_view algorithm = "sha256");
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(Bytes bytes);

  /// The digest of everything so far. Called once.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hashes and counts what passes through to `next`. `finish` goes through too.
class HashingSink final : public Sink {
 public:
  explicit HashingSink(Sink& next) : next_{next} {}
  void write(Bytes bytes) override;
  void finish() override { next_.finish(); }

  /// Digest of everything so far; called once, after the last write.
  Digest digest() { return hasher_.finish(); }
  std::uint64_t size() const noexcept { return size_; }

 private:
  Sink& next_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
};

}  // namespace ocibuild
