// Reading a compressed block back with a decoder that is not ours.
#pragma once

#include <string_view>

#include "layer/block_compressor.hpp"

namespace ocibuild {

enum class Decoder {
  fastest,  ///< libdeflate where built in, else zlib
  zlib,
};

/// Inflates `deflated`, the part of a DEFLATE stream for `block`, and compares. Throws Error{digest_mismatch} unless
/// exactly the content comes out, and the stream ends exactly when it is the last.
void check_inflates_to(const Block& block, std::string_view deflated, Decoder decoder);

}  // namespace ocibuild
