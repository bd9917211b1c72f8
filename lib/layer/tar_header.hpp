// The headers of a tar entry as bytes: ustar, and a pax extended header where ustar cannot say it.
#pragma once

#include <cstdint>
#include <string>

#include "ocibuild/layer/layer.hpp"

namespace ocibuild {

inline constexpr std::size_t tar_block_size = 512;

/// Number of NUL bytes that fill `size` bytes of content up to a whole block.
constexpr std::size_t tar_padding(std::uint64_t size) noexcept {
  return static_cast<std::size_t>((tar_block_size - size % tar_block_size) % tar_block_size);
}

/// Everything that comes before the content of an entry, as lib/layer/TAR.md specifies. `size` is that of the content
/// and counts only for a file. The entry is taken as it is: ordered_entries checks.
std::string encode_tar_header(const FileEntry& entry, std::uint64_t size, std::int64_t mtime);

}  // namespace ocibuild
