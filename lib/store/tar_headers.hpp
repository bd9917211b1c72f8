// Tar headers, read from a file by offset.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// One member of a tar, with the names and sizes of pax and GNU extensions applied.
struct TarMember {
  std::string name;
  std::string link;
  char type = '0';           ///< POSIX typeflag
  std::uint64_t offset = 0;  ///< of the content, from the start of the file
  std::uint64_t size = 0;
};

/// Reads `into` full from `offset`, or as much as there is, and returns how much that was.
using ReadAt = std::function<std::size_t(std::uint64_t offset, MutableBytes into)>;

/// Calls `take` for every entry up to the end mark or the end of the file, whose size is `file_size`.
/// Throws Error{invalid_document} when a header is damaged or an entry goes beyond the end.
void read_tar_headers(const ReadAt& read_at, std::uint64_t file_size,
                      const std::function<void(const TarMember&)>& take);

}  // namespace ocibuild
