// Zstandard through libzstd.
#pragma once

#include <memory>
#include <string_view>

#include "layer/block_compressor.hpp"

namespace ocibuild {

/// Zstandard (RFC 8878) at level 3: a frame for every 4 MiB of content, each with its content size and a checksum.
/// Unlike gz1 the bytes depend on the version of libzstd; they do not depend on the number of threads.
BlockFormat zstd_format();

/// The version of libzstd that is linked: `1.5.4`.
std::string_view zstd_version() noexcept;

/// Reads frames and skippable frames to the end of `from`; see make_decompressor.
std::unique_ptr<Source> make_zstd_source(std::unique_ptr<Source> from);

}  // namespace ocibuild
