// Writes tar entries one after the other, with their content, in constant memory.
#pragma once

#include <cstdint>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/layer/layer.hpp"

namespace ocibuild {

/// A tar on its way to a sink. Entries are written as they come: order and duplicates are the caller's business, and
/// ordered_entries is the answer for layers. The bytes are specified in lib/layer/TAR.md.
class TarWriter {
 public:
  /// Gives every entry this `mtime`, in seconds since 1970.
  explicit TarWriter(Sink& to, std::int64_t mtime = 0);

  /// Writes the entry with the content it names. Throws Error{not_found, invalid_document, io} for a source that
  /// cannot be read, and {io} naming it when its size changes while it is read.
  void add(const FileEntry& entry);

  /// Writes a file of exactly `size` bytes from `content`. Throws Error{io} when there are fewer or more.
  void add_file(const FileEntry& entry, Source& content, std::uint64_t size);

  /// Writes the two zero blocks that end the archive. Does not finish the sink.
  void finish();

 private:
  Sink& to_;
  std::int64_t mtime_;
  std::vector<std::byte> buffer_;
};

}  // namespace ocibuild
