#include "layer/tar_writer.hpp"

#include <doctest/doctest.h>

#include "layer/tar_header.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/digest.hpp"

using namespace ocibuild;

namespace {

FileEntry file(std::string path, std::string content = {}) {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(content))};
}

std::string header(const FileEntry& entry, std::uint64_t size = 0, std::int64_t mtime = 0) {
  return encode_tar_header(entry, size, mtime);
}

/// The text of a field in the last block of the headers, up to a NUL.
std::string field(const std::string& headers, std::size_t offset, std::size_t width) {
  const std::string text = headers.substr(headers.size() - 512 + offset, width);
  return text.substr(0, text.find('\0'));
}

/// The records of the extended header; empty when there is none.
std::string records(const std::string& headers) {
  if (headers.size() == 512) return {};
  REQUIRE(headers[156] == 'x');
  return headers.substr(512, std::stoul(headers.substr(124, 11), nullptr, 8));
}

}  // namespace

TEST_CASE("a tar of one file is byte for byte what the format says") {
  MemorySink tar;
  TarWriter writer{tar};
  writer.add(file("hello.txt", "hello\n"));
  writer.finish();
  CHECK(tar.content().size() == 2048);
  CHECK(tar.content().substr(148, 8) == std::string{"011045\0 ", 8});
  CHECK(Digest::of(tar.content()).encoded() == "fa01e42d19005c93c2a6fc09347768cc08a524c9a3d7cc27b5b992321e01474a");
}

TEST_CASE("a path is written in the header as long as it fits") {
  const std::string longest(100, 'n');
  CHECK(field(header(file(longest)), 0, 100) == longest);
  CHECK(records(header(file(longest))).empty());
  CHECK(records(header(file(longest + 'n'))) == "111 path=" + longest + "n\n");
}

TEST_CASE("a long path is split at the last slash that leaves 155 bytes before it") {
  const std::string prefix(155, 'p');
  const std::string name(100, 'n');
  const std::string headers = header(file(prefix + '/' + name));
  CHECK(records(headers).empty());
  CHECK(field(headers, 345, 155) == prefix);
  CHECK(field(headers, 0, 100) == name);
  CHECK_FALSE(records(header(file(prefix + "p/" + name))).empty());
  CHECK_FALSE(records(header(file(prefix + '/' + name + 'n'))).empty());
  const std::string two = "a/" + std::string(99, 'b') + "/c";
  CHECK(field(header(file(two)), 345, 155) == "a/" + std::string(99, 'b'));
}

TEST_CASE("a directory ends in a slash, which is never where its path is split") {
  const FileEntry fits{.path = std::string(99, 'd'), .kind = EntryKind::directory};
  CHECK(field(header(fits), 0, 100) == std::string(99, 'd') + '/');
  CHECK(field(header(fits), 156, 1) == "5");
  const FileEntry wide{.path = std::string(100, 'd'), .kind = EntryKind::directory};
  CHECK(records(header(wide)) == "111 path=" + std::string(100, 'd') + "/\n");
  CHECK(field(header(wide), 0, 100) == std::string(100, 'd'));
}

TEST_CASE("names beyond ASCII go into a pax record, as UTF-8") {
  const std::string headers = header(file("\xc3\xa9.txt"));
  CHECK(records(headers) == "15 path=\xc3\xa9.txt\n");
  CHECK(field(headers, 0, 100) == "__.txt");
  CHECK(headers.substr(0, 19) == "PaxHeaders.0/__.txt");
}

TEST_CASE("the length of a pax record counts its own digits") {
  CHECK(records(header(file(std::string(989, 'p')))).substr(0, 10) == "999 path=p");
  CHECK(records(header(file(std::string(990, 'p')))).substr(0, 11) == "1001 path=p");
}

TEST_CASE("numbers beyond ustar go into pax records, and the header keeps the largest it can hold") {
  FileEntry entry = file("f");
  entry.uid = 2097151;
  CHECK(records(header(entry, 8589934591, 8589934591)).empty());
  entry.uid = 2097152;
  entry.gid = 4000000000;
  const std::string headers = header(entry, 8589934592, 8589934592);
  CHECK(records(headers) == "18 gid=4000000000\n20 mtime=8589934592\n19 size=8589934592\n15 uid=2097152\n");
  CHECK(field(headers, 108, 8) == "7777777");
  CHECK(field(headers, 124, 12) == "77777777777");
}

TEST_CASE("a time before 1970 goes into a pax record") {
  const std::string headers = header(file("f"), 0, -1);
  CHECK(records(headers) == "12 mtime=-1\n");
  CHECK(field(headers, 136, 12) == "00000000000");
}

TEST_CASE("a file capability is a pax record of 57 bytes") {
  FileEntry entry = file("f");
  entry.xattrs["security.capability"] = std::string{"\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20};
  CHECK(records(header(entry)).size() == 57);
  CHECK(records(header(entry)).starts_with("57 SCHILY.xattr.security.capability=\1"));
}

TEST_CASE("a symlink and a hardlink have a target and no content") {
  const FileEntry link{.path = "l", .kind = EntryKind::symlink, .link = std::string(100, 't'), .mode = 0777};
  CHECK(field(header(link), 157, 100) == link.link);
  CHECK(field(header(link), 156, 1) == "2");
  const FileEntry hard{.path = "h", .kind = EntryKind::hardlink, .link = std::string(101, 't')};
  CHECK(field(header(hard, 5), 124, 12) == "00000000000");
  CHECK(records(header(hard)) == "115 linkpath=" + hard.link + "\n");
}

TEST_CASE("a source with fewer or more bytes than announced is an error that names it") {
  CountingSink nowhere;
  TarWriter writer{nowhere};
  for (const std::uint64_t announced : {2U, 4U}) {
    ViewSource content{as_bytes("abc")};
    try {
      writer.add_file({.path = "in/layer", .source = "/on/disk"}, content, announced);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::io);
      CHECK(std::string{error.what()}.starts_with("/on/disk "));
    }
  }
}
