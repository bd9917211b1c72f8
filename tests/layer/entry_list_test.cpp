#include "layer/entry_list.hpp"

#include <doctest/doctest.h>

#include "layer/entry_path.hpp"
#include "ocibuild/base/error.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

FileEntry file(std::string path, std::string content = "x") {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(content))};
}

FileEntry hardlink(std::string path, std::string to) {
  return {.path = std::move(path), .kind = EntryKind::hardlink, .link = std::move(to)};
}

std::vector<std::string> ordered_paths(const std::vector<FileEntry>& entries) {
  std::vector<std::string> paths;
  for (const FileEntry& entry : ordered_entries(entries)) paths.push_back(entry.path);
  return paths;
}

Error failure_in(const std::vector<FileEntry>& entries) {
  return failure_of([&] { return ordered_entries(entries); });
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("entries are ordered depth first, by the bytes of each component") {
  CHECK(ordered_paths({file("a-b"), file("a/b"), file("a.b"), file("B"), file("\xc3\xa9"), file("a/b-c")}) ==
        Paths{"B", "a", "a/b", "a/b-c", "a-b", "a.b", "\xc3\xa9"});
}

TEST_CASE("missing parents are added as directories of root with mode 0755") {
  const auto entries = ordered_entries(std::vector{file("usr/local/bin/engine")});
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].path == "usr");
  CHECK(entries[2].path == "usr/local/bin");
  CHECK(entries[2].kind == EntryKind::directory);
  CHECK(entries[2].mode == 0755);
  CHECK(entries[2].uid == 0);
}

TEST_CASE("a parent that was given keeps its attributes") {
  const FileEntry tmp{.path = "tmp", .kind = EntryKind::directory, .mode = 01777, .uid = 7};
  const auto entries = ordered_entries(std::vector{file("tmp/x"), tmp});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].mode == 01777);
  CHECK(entries[0].uid == 7);
}

TEST_CASE("spellings of one place are one path") {
  for (const char* spelling : {"a/b", "./a/b", "/a/b", "a//b", "a/b/", "a/./b"}) {
    CAPTURE(spelling);
    CHECK(layer_path(spelling) == "a/b");
  }
}

TEST_CASE("two entries for one place are refused, naming both sources") {
  const FileEntry first{.path = "etc/motd", .source = "/src/one"};
  const FileEntry second{.path = "./etc//motd", .source = "/src/two"};
  const Error failure = failure_in({first, second});
  CHECK(failure.code() == Errc::invalid_document);
  CHECK(says(failure, "two entries for etc/motd: /src/one and /src/two"));
}

TEST_CASE("a path that leaves the image or names its root is refused") {
  for (const char* path : {"..", "../a", "a/../b", "a/..", "", ".", "/", "./"}) {
    CAPTURE(path);
    CHECK(failure_in({file(path)}).code() == Errc::invalid_argument);
  }
  CHECK(failure_in({file(std::string{"a\0b", 3})}).code() == Errc::invalid_argument);
  CHECK(says(failure_in({file("../a")}), "path '../a' contains '..'"));
}

TEST_CASE("names that no layer can hold are refused") {
  for (const char* path :
       {".wh.a", "d/.wh.a", "d/.wh.", "d/.wh..wh..opq", ".wh.d/a", "\xff", "a\xc3", "\xed\xa0\x80"}) {
    CAPTURE(printable(path));
    CHECK(failure_in({file(path)}).code() == Errc::unsupported);
  }
  CHECK(says(failure_in({file("caf\xe9")}), "path 'caf\\xe9' is not UTF-8, which a layer cannot hold"));
  CHECK(ordered_paths({file("a.wh.b"), file(".whale")}) == Paths{".whale", "a.wh.b"});
}

TEST_CASE("nothing lies below what is not a directory") {
  CHECK(says(failure_in({file("a"), file("a/b")}), "entry a/b lies below a, which is a file with given content"));
  const FileEntry link{.path = "lib", .kind = EntryKind::symlink, .link = "usr/lib"};
  CHECK(failure_in({link, file("lib/deep/er/x")}).code() == Errc::invalid_document);
}

TEST_CASE("the first name of a linked file becomes the file, whichever name was given as it") {
  FileEntry content = file("b", "shared");
  content.mode = 0755;
  content.xattrs.emplace("user.k", "v");
  const auto entries = ordered_entries(std::vector{hardlink("c", "b"), content, hardlink("a", "./c")});
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].kind == EntryKind::file);
  CHECK(*entries[0].content == "shared");
  CHECK(entries[0].xattrs.size() == 1);
  for (const std::size_t i : {1U, 2U}) {
    CHECK(entries[i].kind == EntryKind::hardlink);
    CHECK(entries[i].link == "a");
    CHECK(entries[i].mode == 0755);
    CHECK(entries[i].xattrs.empty());
  }
}

TEST_CASE("a hardlink needs a file in the same layer") {
  CHECK(says(failure_in({hardlink("a", "b")}), "layer entry a: hardlink to b, which is not in this layer"));
  CHECK(failure_in({hardlink("a", "b"), hardlink("b", "a")}).code() == Errc::invalid_document);
  CHECK(failure_in({hardlink("a", "a")}).code() == Errc::invalid_document);
  CHECK(says(failure_in({hardlink("a", "d"), file("d/x")}), "layer entry a: hardlink to d, which is not a file"));
  CHECK(failure_in({hardlink("a", "../b"), file("b")}).code() == Errc::invalid_argument);
}

TEST_CASE("attributes out of range are refused") {
  FileEntry entry = file("a");
  entry.mode = 010000;
  CHECK(says(failure_in({entry}), "layer entry a: mode 10000 is above 7777"));
  entry = file("a");
  entry.uid = 0xffffffff;
  CHECK(failure_in({entry}).code() == Errc::invalid_argument);
  entry = file("a");
  entry.xattrs["user.a=b"] = "";
  CHECK(failure_in({entry}).code() == Errc::unsupported);
}

TEST_CASE("a symlink needs a target that a layer can hold, and keeps it verbatim") {
  FileEntry link{.path = "l", .kind = EntryKind::symlink, .link = "/..//x/", .mode = 0600};
  const auto entries = ordered_entries(std::vector{link});
  CHECK(entries.front().link == "/..//x/");
  CHECK(entries.front().mode == 0777);
  link.link.clear();
  CHECK(failure_in({link}).code() == Errc::invalid_argument);
  link.link.assign(1, '\xfe');
  CHECK(failure_in({link}).code() == Errc::unsupported);
}
