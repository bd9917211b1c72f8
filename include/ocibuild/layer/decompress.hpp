// Reading compressed layers, ours and those of others, with bounded memory.
#pragma once

#include <memory>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// Gives the bytes inside `from`, which is compressed as `compression` says.
///
/// gzip may have many members (RFC 1952), zstd many frames and skippable frames (RFC 8878) with windows up to 128 MiB;
/// all are read one after the other to the end of `from`. Memory does not grow with the content; how much comes out is
/// for the caller to bound. `read` throws Error{invalid_document} for a stream that is empty, damaged, cut off, or
/// followed by anything else; whatever it gave out before is not proven yet.
std::unique_ptr<Source> make_decompressor(Compression compression, std::unique_ptr<Source> from);

/// The same, after looking at the first bytes: gzip and zstd by their magic numbers, everything else is not compressed.
/// Reads the first bytes at once and throws what `from` throws.
std::unique_ptr<Source> make_decompressor(std::unique_ptr<Source> from);

}  // namespace ocibuild
