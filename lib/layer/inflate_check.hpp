// Reading a compressed block back with a decoder that is not ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "layer/block_compressor.hpp"

namespace ocibuild {

enum class Decoder {
  fastest,  ///< libdeflate where built in, else zlib
  zlib,
};

/// Reads compressed blocks back, one after the other, in memory that it keeps. One for each thread.
class InflateCheck {
 public:
  /// Inflates `deflated`, the part of a DEFLATE stream for `block`, and compares. Throws Error{digest_mismatch} unless
  /// exactly the content comes out, and the stream ends exactly when it is the last.
  void check(const Block& block, std::string_view deflated, Decoder decoder);

 private:
  bool reads(const Block& block, std::string_view deflated, Decoder decoder);
  bool zlib_reads(const Block& block, std::string_view deflated);
  bool libdeflate_reads(const Block& block, std::string_view deflated);
  MutableBytes room_for(std::size_t content_size);

  std::vector<std::byte> content_;
  std::string stream_;
};

}  // namespace ocibuild
