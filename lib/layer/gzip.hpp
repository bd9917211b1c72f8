// gzip (RFC 1952) in the format gz1.
#pragma once

#include "layer/block_compressor.hpp"

namespace ocibuild {

/// Whether every block is inflated again and compared before it leaves. It never changes the bytes.
enum class Verification {
  off,
  on,         ///< with the fastest decoder that is built in
  with_zlib,  ///< also where a faster one is built in
};

/// One gzip member with nothing in its header, made of blocks of 1 MiB. The bytes are a pure function of the content:
/// see FORMAT.md. `compress` throws Error{digest_mismatch} when a block does not read back.
BlockFormat gzip_format(Verification verification = Verification::on);

}  // namespace ocibuild
