// read_tar: nothing but Error comes out, and what it says about an entry is true of the bytes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/tar.hpp"

using namespace ocibuild;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void visit(std::string_view tar, const TarEntry& entry, Source& content) {
  require(!entry.path.starts_with('/') || entry.has(TarFlaw::leaves_root), "a path is relative");
  const std::string framed = '/' + entry.path + '/';
  require(framed.find("/../") == std::string::npos || entry.has(TarFlaw::leaves_root), "a path stays below the root");
  require(entry.mode <= 07777, "a mode has permission bits only");
  try {
    const std::string bytes = read_all(content, tar.size());
    require(entry.kind == TarKind::hardlink || entry.kind == TarKind::symlink || bytes.size() == entry.size,
            "content is as long as announced");
    require(tar.substr(entry.content_offset, bytes.size()) == bytes, "content is at its offset");
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported) throw;
  }
}

void read(std::string_view tar) {
  ViewSource source{as_bytes(tar)};
  try {
    const UncompressedLayer layer =
        read_tar(source, [&](const TarEntry& entry, Source& content) { visit(tar, entry, content); });
    require(layer.size == tar.size() && layer.diff_id == Digest::of(tar), "every byte counts");
  } catch (const Error&) {
  }
}

/// Gives every ustar header its right checksum, which mutations would hardly ever find.
std::string with_checksums(std::string tar) {
  for (std::size_t block = 0; block + 512 <= tar.size(); block += 512) {
    if (tar.compare(block + 257, 5, "ustar") != 0) continue;
    tar.replace(block + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = block; i < block + 512; ++i) sum += static_cast<unsigned char>(tar[i]);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    tar.replace(block + 148, 7, digits, 7);
  }
  return tar;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view tar{reinterpret_cast<const char*>(bytes), size};
  read(tar);
  read(with_checksums(std::string{tar}));
  return 0;
}
