#include <clocale>

#include <doctest/doctest.h>

#include "layer/tar_bytes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/tar.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

struct Found {
  TarEntry entry;
  std::string content;
};

std::vector<Found> found_in(const std::string& tar, const TarLimits& limits = {}) {
  std::vector<Found> found;
  ViewSource source{as_bytes(tar)};
  read_tar(
      source,
      [&](const TarEntry& entry, Source& content) {
        found.push_back({entry, read_all(content, 1 << 20)});
      },
      limits);
  return found;
}

TarEntry only_entry(const std::string& bytes) {
  const auto found = found_in(bytes + end_of_tar);
  REQUIRE(found.size() == 1);
  return found.front().entry;
}

/// The flaws of the last entry in `tar`.
std::vector<TarFlaw> last_flaws(const std::string& tar) {
  return found_in(tar + end_of_tar).back().entry.flaws;
}

Errc failure_code(const std::string& tar, const TarLimits& limits = {}) {
  return failure_of([&] { return found_in(tar, limits); }).code();
}

using Flaws = std::vector<TarFlaw>;

}  // namespace

TEST_CASE("a file is read back with its attributes and content") {
  FileEntry file = file_entry("usr/bin/app", "content");
  file.mode = 04755;
  file.uid = 4000000000;
  file.gid = 7;
  file.xattrs["security.capability"] = std::string{"\1\0\0\2\0\4", 6};
  const auto found = found_in(entry_bytes(file) + end_of_tar);
  REQUIRE(found.size() == 1);
  const TarEntry& entry = found.front().entry;
  CHECK(entry.path == "usr/bin/app");
  CHECK(entry.kind == TarKind::file);
  CHECK(entry.mode == 04755);
  CHECK(entry.uid == 4000000000);
  CHECK(entry.gid == 7);
  CHECK(entry.size == 7);
  CHECK(entry.xattrs == file.xattrs);
  CHECK(entry.flaws.empty());
  CHECK(found.front().content == "content");
}

TEST_CASE("the offset of the content is where its bytes are in the tar") {
  FileEntry with_records = file_entry(std::string(300, 'p'), "second");
  const std::string tar = entry_bytes(file_entry("a", "first")) + entry_bytes(with_records) + end_of_tar;
  const auto found = found_in(tar);
  REQUIRE(found.size() == 2);
  CHECK(tar.substr(found[0].entry.content_offset, 5) == "first");
  CHECK(tar.substr(found[1].entry.content_offset, 6) == "second");
}

TEST_CASE("the diff_id counts every byte, those after the end of the archive included") {
  const std::string tar = entry_bytes(file_entry("a")) + end_of_tar + std::string(700000, '\7');
  ViewSource source{as_bytes(tar)};
  const UncompressedLayer layer = read_tar(source, [](const TarEntry&, Source&) {});
  CHECK(layer.size == tar.size());
  CHECK(layer.diff_id == Digest::of(tar));
}

TEST_CASE("content that is not read is passed over") {
  const std::string tar =
      entry_bytes(file_entry("a", std::string(100000, 'a'))) + entry_bytes(file_entry("b")) + end_of_tar;
  std::vector<std::string> paths;
  ViewSource source{as_bytes(tar)};
  read_tar(source, [&](const TarEntry& entry, Source&) { paths.push_back(entry.path); });
  CHECK(paths == std::vector<std::string>{"a", "b"});
}

TEST_CASE("all spellings of a path become one") {
  for (const char* spelling : {"./a/b", "a/b", "a//b", "a/./b"}) {
    CAPTURE(spelling);
    CHECK(only_entry(entry_bytes(file_entry(spelling))).path == "a/b");
  }
  CHECK(only_entry(entry_bytes(directory_entry("./a/b/"))).path == "a/b");
  CHECK(only_entry(entry_bytes(directory_entry("."))).path.empty());
}

TEST_CASE("whiteouts are recognised for what they hide") {
  const TarEntry whiteout = only_entry(entry_bytes(file_entry("d/.wh.x")));
  CHECK(whiteout.kind == TarKind::whiteout);
  CHECK(whiteout.path == "d/x");
  const TarEntry opaque = only_entry(entry_bytes(file_entry("./d/.wh..wh..opq")));
  CHECK(opaque.kind == TarKind::opaque);
  CHECK(opaque.path == "d");
  CHECK(only_entry(entry_bytes(directory_entry(".wh..wh.plnk"))).kind == TarKind::ignored_whiteout);
  CHECK(only_entry(entry_bytes(file_entry(".wh.x"))).path == "x");
}

TEST_CASE("a whiteout beside an entry of the same layer is no duplicate") {
  CHECK(last_flaws(entry_bytes(file_entry("d/.wh.x")) + entry_bytes(file_entry("d/x"))).empty());
}

TEST_CASE("invalid whiteouts are flagged") {
  CHECK(last_flaws(entry_bytes(file_entry("d/.wh."))) == Flaws{TarFlaw::invalid_whiteout});
  CHECK(last_flaws(entry_bytes(directory_entry("d/.wh.x"))) == Flaws{TarFlaw::invalid_whiteout});
}

TEST_CASE("paths that leave the root are flagged") {
  CHECK(last_flaws(entry_bytes(file_entry("/etc/passwd"))) == Flaws{TarFlaw::absolute_path});
  CHECK(only_entry(entry_bytes(file_entry("/etc/passwd"))).path == "etc/passwd");
  for (const char* path : {"../x", "a/../../x", "a/.."}) {
    CAPTURE(path);
    const TarEntry entry = only_entry(entry_bytes(file_entry(path)));
    CHECK(entry.flaws == Flaws{TarFlaw::leaves_root});
    CHECK(entry.path == path);
  }
}

TEST_CASE("an entry below a symlink or a file is flagged") {
  const std::string link = entry_bytes(link_entry(EntryKind::symlink, "a", "/etc"));
  CHECK(last_flaws(link + entry_bytes(file_entry("a/passwd"))) == Flaws{TarFlaw::parent_not_directory});
  CHECK(last_flaws(link + entry_bytes(file_entry("./a/b/c"))) == Flaws{TarFlaw::parent_not_directory});
  CHECK(last_flaws(entry_bytes(file_entry("a")) + entry_bytes(file_entry("a/b"))) ==
        Flaws{TarFlaw::parent_not_directory});
  CHECK(last_flaws(link + entry_bytes(file_entry("ab"))).empty());
}

TEST_CASE("hardlinks that lead outside or nowhere are flagged") {
  const auto hardlink = [](const char* to) { return entry_bytes(link_entry(EntryKind::hardlink, "h", to)); };
  const std::string file = entry_bytes(file_entry("d/f"));
  CHECK(last_flaws(file + hardlink("./d/f")).empty());
  CHECK(last_flaws(hardlink("d/f") + file).empty());
  CHECK(found_in(hardlink("d/f") + file + end_of_tar).front().entry.flaws == Flaws{TarFlaw::link_without_file});
  CHECK(last_flaws(file + hardlink("d")) == Flaws{TarFlaw::link_without_file});
  CHECK(last_flaws(file + hardlink("/d/f")) == Flaws{TarFlaw::link_leaves_root});
  CHECK(last_flaws(file + hardlink("../../etc/shadow")) ==
        Flaws{TarFlaw::link_leaves_root, TarFlaw::link_without_file});
}

TEST_CASE("a second entry for a path is flagged, whatever its spelling") {
  const std::string file = entry_bytes(file_entry("d/f"));
  CHECK(last_flaws(file + entry_bytes(file_entry("./d//f"))) == Flaws{TarFlaw::duplicate});
  CHECK(last_flaws(file + entry_bytes(link_entry(EntryKind::symlink, "d", "/"))) == Flaws{TarFlaw::duplicate});
  CHECK(last_flaws(file + entry_bytes(directory_entry("d"))).empty());
  CHECK(last_flaws(file + entry_bytes(directory_entry("d")) + entry_bytes(directory_entry("d"))) ==
        Flaws{TarFlaw::duplicate});
}

TEST_CASE("devices and FIFOs are reported with their numbers") {
  const std::string header = encode_tar_header(file_entry("dev/null"), 0, 0);
  const TarEntry device = only_entry(patched(patched(patched(header, 156, "3"), 329, "0000001"), 337, "0000003"));
  CHECK(device.kind == TarKind::character_device);
  CHECK(device.device_major == 1);
  CHECK(device.device_minor == 3);
  CHECK(only_entry(patched(header, 156, "4")).kind == TarKind::block_device);
  CHECK(only_entry(patched(header, 156, "6")).kind == TarKind::fifo);
}

TEST_CASE("numbers in base 256, as GNU tar writes them, are read") {
  const std::string uid{"\x80\0\0\0\xee\x6b\x28\0", 8};
  CHECK(only_entry(patched(encode_tar_header(file_entry("a"), 0, 0), 108, uid)).uid == 4000000000);
  const std::string before_1970(12, '\xff');
  CHECK(only_entry(patched(encode_tar_header(file_entry("a"), 0, 0), 136, before_1970)).mtime == -1);
  CHECK(last_flaws(patched(encode_tar_header(file_entry("a"), 0, 0), 108, std::string(8, '\xff'))) ==
        Flaws{TarFlaw::damaged_attributes});
}

TEST_CASE("names are read byte for byte, in any locale") {
  const std::string decomposed = "cafe\xcc\x81";
  const std::string composed = "caf\xc3\xa9";
  for (const char* locale : {"C", "C.UTF-8"}) {
    CAPTURE(locale);
    REQUIRE(std::setlocale(LC_ALL, locale) != nullptr);
    for (const std::string& name : {decomposed, composed}) {
      const auto found = found_in(entry_bytes(link_entry(EntryKind::symlink, name, name + '/')) + end_of_tar);
      CHECK(found.front().entry.path == name);
      CHECK(found.front().entry.link == name + '/');
      CHECK(found.front().entry.flaws.empty());
    }
    CHECK(last_flaws(patched(encode_tar_header(file_entry("x"), 0, 0), 0, "caf\xe9")) == Flaws{TarFlaw::not_utf8});
  }
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("a malformed extended header is flagged") {
  FileEntry entry = file_entry("a");
  entry.xattrs.emplace("user.k", "v");
  std::string bytes = entry_bytes(entry);
  bytes[512] = '9';  // a record that claims to be longer than the header
  const std::vector<Found> found = found_in(bytes + end_of_tar);
  CHECK(found.back().entry.has(TarFlaw::damaged_attributes));
}

TEST_CASE("a sparse file is listed, and refused when its content is read") {
  std::string header = patched(encode_tar_header(file_entry("s"), 0, 0), 156, "S");
  header = patched(header, 257, std::string{"ustar  \0", 8});
  const std::string hole = std::string{
      "77777777777\0"
      "00000000000\0",
      24};
  const std::string tar = patched(patched(header, 386, hole), 483, "77777777777") + end_of_tar;
  ViewSource source{as_bytes(tar)};
  std::size_t entries = 0;
  read_tar(source, [&](const TarEntry&, Source&) { ++entries; });
  CHECK(entries == 1);
  CHECK(failure_code(tar) == Errc::unsupported);
}

TEST_CASE("what is not a tar, or only a part of one, is refused") {
  CHECK(failure_code("") == Errc::invalid_document);
  CHECK(failure_code(std::string(5000, 'x')) == Errc::invalid_document);
  const std::string tar = entry_bytes(file_entry("a", std::string(3000, 'a'))) + end_of_tar;
  CHECK(failure_code(tar.substr(0, 300)) == Errc::invalid_document);
  CHECK(failure_code(tar.substr(0, 2000)) == Errc::invalid_document);
  CHECK(failure_code("\x1f\x8b" + tar) == Errc::invalid_document);
}

TEST_CASE("every limit is kept") {
  const std::string tar = entry_bytes(file_entry("first")) + entry_bytes(file_entry("second")) + end_of_tar;
  CHECK(found_in(tar, {.size = 2048, .entries = 2, .path = 6, .paths = 11}).size() == 2);
  CHECK(failure_code(tar, {.size = 2047}) == Errc::invalid_document);
  CHECK(failure_code(tar, {.entries = 1}) == Errc::invalid_document);
  CHECK(failure_code(tar, {.path = 5}) == Errc::invalid_document);
  CHECK(failure_code(tar, {.paths = 10}) == Errc::invalid_document);
  CHECK(failure_code(entry_bytes(file_entry(std::string(2 << 20, 'p'))) + end_of_tar) == Errc::invalid_document);
}

TEST_CASE("what the source or the visitor throws comes through") {
  struct Broken final : Source {
    std::size_t read(MutableBytes) override { throw Error{Errc::unavailable, "the line is dead"}; }
  } broken;
  CHECK_THROWS_WITH_AS(read_tar(broken, [](const TarEntry&, Source&) {}), "the line is dead", Error);
  const std::string tar = entry_bytes(file_entry("a")) + end_of_tar;
  ViewSource source{as_bytes(tar)};
  CHECK_THROWS_AS(read_tar(source, [](const TarEntry&, Source&) { throw 42; }), int);
}
