// Whole layers whose digests must be the same on every machine and for ever.
#include <doctest/doctest.h>

#include "layer/tar_bytes.hpp"
#include "ocibuild/layer/layer.hpp"
#include "support/golden.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

/// Text with some repetition, the same everywhere.
std::string words(std::size_t size) {
  std::string text;
  std::uint64_t state = 42;
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += "word" + std::to_string((state >> 33) % 1000) + ((state >> 60) == 0 ? '\n' : ' ');
  }
  text.resize(size);
  return text;
}

std::vector<FileEntry> image_files() {
  std::vector<FileEntry> entries{file_entry("usr/local/bin/engine", words(3000000)),
                                 file_entry("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\n"),
                                 directory_entry("tmp"),
                                 file_entry("srv/\xc3\xa9t\xc3\xa9/" + std::string(200, 'n'), "long"),
                                 link_entry(EntryKind::symlink, "bin", "usr/bin"),
                                 link_entry(EntryKind::hardlink, "usr/local/bin/alias", "usr/local/bin/engine")};
  entries[0].mode = 0755;
  entries[0].xattrs["security.capability"] = std::string{"\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20};
  entries[2].mode = 01777;
  entries[3].uid = 4000000000;
  return entries;
}

}  // namespace

TEST_CASE("layers have their golden digests") {
  const std::vector<FileEntry> nothing;
  const std::vector<FileEntry> hello{file_entry("hello.txt", "hello\n")};
  std::map<std::string, std::string> found;
  const auto add = [&](const std::string& name, const std::vector<FileEntry>& entries, const LayerOptions& options) {
    CountingSink nowhere;
    const Layer layer = write_layer(entries, options, nowhere);
    found[name] = layer.descriptor.digest.string();
    found[name + ".diff_id"] = layer.diff_id.string();
  };
  add("nothing.gz1", nothing, {});
  add("hello.tar", hello, {.compression = Compression::none});
  add("hello.gz1", hello, {});
  add("image.gz1", image_files(), {.jobs = 3});
  add("image-1700000000.gz1", image_files(), {.mtime = 1700000000});
  check_golden("layers.txt", found);
}
