// Writes tar entries one after the other, with their content, in constant memory.
#include "layer/tar_writer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "layer/entry_path.hpp"
#include "layer/tar_header.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t buffer_size = 256 << 10;
constexpr std::array<std::byte, 2 * tar_block_size> zeros{};

std::string named(const FileEntry& entry) {
  return printable(entry.source.empty() || entry.content ? entry.path : entry.source.native());
}

}  // namespace

TarWriter::TarWriter(Sink& to, std::int64_t mtime) : to_{to}, mtime_{mtime}, buffer_(buffer_size) {}

void TarWriter::add(const FileEntry& entry) {
  if (entry.kind != EntryKind::file) {
    to_.write(as_bytes(encode_tar_header(entry, 0, mtime_)));
  } else if (entry.content) {
    ViewSource content{as_bytes(*entry.content)};
    add_file(entry, content, entry.content->size());
  } else {
    FileSource content{entry.source, entry.source_symlinks};
    add_file(entry, content, content.size());
  }
}

void TarWriter::add_file(const FileEntry& entry, Source& content, std::uint64_t size) {
  to_.write(as_bytes(encode_tar_header(entry, size, mtime_)));
  std::uint64_t left = size;
  while (left > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
    const std::size_t count = content.read(MutableBytes{buffer_}.first(wanted));
    if (count == 0) {
      throw Error{Errc::io, fmt::format("{} shrank while it was read: {} bytes, before it had {}", named(entry),
                                        size - left, size)};
    }
    to_.write(Bytes{buffer_}.first(count));
    left -= count;
  }
  if (content.read(MutableBytes{buffer_}.first(1)) != 0) {
    throw Error{Errc::io,
                fmt::format("{} grew while it was read: more than the {} bytes it had before", named(entry), size)};
  }
  to_.write(Bytes{zeros}.first(tar_padding(size)));
}

void TarWriter::finish() {
  to_.write(zeros);
}

}  // namespace ocibuild
