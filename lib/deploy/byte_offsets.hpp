// From characters to bytes: libyaml counts the former.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ocibuild {

/// The byte offsets of the characters of a UTF-8 text, which must outlive this.
class ByteOffsets {
 public:
  /// Counts from the character at `begin`.
  ByteOffsets(std::string_view text, std::size_t begin) : text_{text} {
    std::size_t characters = 0;
    for (std::size_t at = begin; at < text.size(); at = next(at)) {
      if (characters++ % stride == 0) strides_.push_back(at);
    }
  }

  /// Where a character begins; the end of the text for those there are not.
  std::size_t operator[](std::size_t character) const {
    if (character / stride >= strides_.size()) return text_.size();
    std::size_t at = strides_[character / stride];
    for (std::size_t i = 0; i < character % stride && at < text_.size(); ++i) at = next(at);
    return at;
  }

 private:
  static constexpr std::size_t stride = 256;  // characters between two offsets that are kept

  std::size_t next(std::size_t at) const {
    do ++at;
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U);
    return at;
  }

  std::string_view text_;
  std::vector<std::size_t> strides_;
};

}  // namespace ocibuild
