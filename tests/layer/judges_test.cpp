// Other programs read what we write: GNU tar, bsdtar and Python's tarfile, and libarchive in this process.
#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "layer/entry_list.hpp"
#include "layer/tar_bytes.hpp"
#include "layer/tar_writer.hpp"
#include "ocibuild/base/process.hpp"
#include "ocibuild/layer/directory.hpp"
#include "ocibuild/layer/tar.hpp"
#include "support/failure.hpp"
#include "support/skip.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

const std::string capability{"\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20};

std::string name_of(std::size_t length) {
  return fmt::format("{:n>{}}", length, length);
}

/// Every kind, and names around every border. Without a name that file systems refuse and an owner only root may set.
std::vector<FileEntry> portable_entries() {
  std::vector<FileEntry> entries{file_entry("bin/app", "app"), file_entry("\xc3\xa9t\xc3\xa9/na\xc3\xafve", "UTF-8"),
                                 file_entry("empty"), directory_entry("tmp"),
                                 file_entry("big", std::string(1000000, 'b'))};
  entries[0].mode = 04755;
  entries[3].mode = 01777;
  for (const std::size_t length : {99, 100, 101, 155, 156, 157, 254, 255}) {
    entries.push_back(file_entry(name_of(length), "name"));
    entries.push_back(directory_entry(fmt::format("d{}", name_of(length - 1))));
    entries.push_back(file_entry(name_of(155) + "_/" + name_of(length), "name below"));
    entries.push_back(file_entry("p/" + name_of(length) + "/x", "name above"));
    entries.push_back(link_entry(EntryKind::symlink, fmt::format("symlink{}", length), name_of(length)));
    entries.push_back(link_entry(EntryKind::hardlink, fmt::format("link/{}", length), name_of(length)));
  }
  entries.push_back(link_entry(EntryKind::symlink, "absolute", "/\xc3\xa9/../x"));
  return entries;
}

/// With what only a listing can hold everywhere.
std::vector<FileEntry> all_entries() {
  auto entries = portable_entries();
  FileEntry owned = file_entry(name_of(256), "256");
  owned.uid = 2097152;
  owned.gid = 4000000000;
  owned.xattrs = {{"security.capability", capability}, {"user.key", std::string{"a\0\n=", 4}}};
  entries.push_back(owned);
  return ordered_entries(entries);
}

std::string tar_of(const std::vector<FileEntry>& entries, std::int64_t mtime = 0) {
  MemorySink tar;
  TarWriter writer{tar, mtime};
  for (const FileEntry& entry : ordered_entries(entries)) writer.add(entry);
  writer.finish();
  return tar.take();
}

struct TarFile {
  TempDir temporary{fs::temp_directory_path()};
  fs::path path = temporary.path() / "layer.tar";

  explicit TarFile(std::string_view tar) { write_file(path, tar); }
};

Lines lines_of(std::vector<std::string> argv) {
  Lines lines;
  const Command command{.argv = std::move(argv), .environment = {{"LC_ALL", "C.UTF-8"}, {"TZ", "UTC0"}}};
  const ExitStatus status = run_command(command, {.standard_output = [&](auto line) { lines.emplace_back(line); }});
  REQUIRE(status.ok());
  return lines;
}

std::string mode_text(const FileEntry& entry) {
  std::string text = "?rwxrwxrwx";
  text[0] = entry.kind == EntryKind::directory ? 'd' : entry.kind == EntryKind::symlink ? 'l' : '-';
  if (entry.kind == EntryKind::hardlink) text[0] = 'h';
  for (unsigned bit = 0; bit < 9; ++bit) {
    if ((entry.mode & (0400U >> bit)) == 0) text[1 + bit] = '-';
  }
  if ((entry.mode & 04000) != 0) text[3] = 's';
  if ((entry.mode & 01000) != 0) text[9] = 't';
  return text;
}

std::string shown_name(const FileEntry& entry) {
  if (entry.kind == EntryKind::directory) return entry.path + '/';
  if (entry.kind == EntryKind::symlink) return entry.path + " -> " + entry.link;
  if (entry.kind == EntryKind::hardlink) return entry.path + " link to " + entry.link;
  return entry.path;
}

std::size_t size_of(const FileEntry& entry) {
  return entry.kind == EntryKind::file ? entry.content->size() : 0;
}

std::string time_text(const char* format, std::int64_t mtime) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(static_cast<std::time_t>(mtime)));
}

/// The words of `line`, joined by one space: columns are padded.
std::string squeezed(std::string line) {
  const auto both_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
  line.erase(std::unique(line.begin(), line.end(), both_spaces), line.end());
  return line;
}

constexpr const char* python_listing = R"(
import hashlib, sys, tarfile
for m in tarfile.open(sys.argv[1]):
    content = hashlib.sha256(m.isfile() and not m.islnk() and tarfile.open(sys.argv[1]).extractfile(m).read() or b'').hexdigest()
    xattrs = {k[13:]: v.encode('utf-8', 'surrogateescape').hex() for k, v in m.pax_headers.items() if k.startswith('SCHILY.xattr.')}
    print(m.type.decode(), oct(m.mode)[2:], m.uid, m.gid, m.size, int(m.mtime), m.name, m.linkname, content, sorted(xattrs.items()), m.uname + m.gname)
)";

std::string python_line(const FileEntry& entry, std::int64_t mtime) {
  std::string xattrs;
  for (const auto& [name, value] : entry.xattrs) {
    xattrs += fmt::format("{}('{}', '", xattrs.empty() ? "" : ", ", name);
    for (const char c : value) xattrs += fmt::format("{:02x}", static_cast<unsigned char>(c));
    xattrs += "')";
  }
  const std::string content = entry.kind == EntryKind::file ? *entry.content : std::string{};
  const char* types = "0521";
  return fmt::format("{} {:o} {} {} {} {} {} {} {} [{}] ", types[static_cast<int>(entry.kind)], entry.mode, entry.uid,
                     entry.gid, size_of(entry), mtime, entry.path, entry.link, Digest::of(content).encoded(), xattrs);
}

constexpr std::int64_t times[] = {-1, 0, 1700000000, 8589934592};

}  // namespace

TEST_CASE("Python's tarfile reads every attribute back equal") {
  if (!has_program("python3")) return;
  for (const std::int64_t mtime : times) {
    const TarFile tar{tar_of(all_entries(), mtime)};
    Lines expected;
    for (const FileEntry& entry : all_entries()) expected.push_back(python_line(entry, mtime));
    CHECK(lines_of({"python3", "-c", python_listing, tar.path}) == expected);
  }
}

TEST_CASE("GNU tar lists every attribute equal") {
  if (!has_program("tar")) return;
  for (const std::int64_t mtime : times) {
    const TarFile tar{tar_of(all_entries(), mtime)};
    Lines expected;
    for (const FileEntry& entry : all_entries()) {
      expected.push_back(fmt::format("{} {}/{} {} {} {}", mode_text(entry), entry.uid, entry.gid, size_of(entry),
                                     time_text("{:%Y-%m-%d %H:%M:%S}", mtime), shown_name(entry)));
    }
    Lines found = lines_of({"tar", "--numeric-owner", "--quoting-style=literal", "--full-time", "-tvf", tar.path});
    std::ranges::transform(found, found.begin(), squeezed);
    CHECK(found == expected);
  }
}

TEST_CASE("bsdtar lists every attribute equal") {
  if (!has_program("bsdtar")) return;
  for (const std::int64_t mtime : times) {
    const TarFile tar{tar_of(all_entries(), mtime)};
    Lines expected;
    for (const FileEntry& entry : all_entries()) {
      expected.push_back(fmt::format("{} 0 {} {} {} {} {}", mode_text(entry), entry.uid, entry.gid, size_of(entry),
                                     squeezed(time_text("{:%b %e %Y}", mtime)), shown_name(entry)));
    }
    Lines found = lines_of({"bsdtar", "--numeric-owner", "-tvf", tar.path});
    std::ranges::transform(found, found.begin(), squeezed);
    CHECK(found == expected);
  }
}

TEST_CASE("libarchive reads every attribute back equal") {
  for (const std::int64_t mtime : times) {
    const auto entries = all_entries();
    const std::string tar = tar_of(entries, mtime);
    ViewSource source{as_bytes(tar)};
    std::size_t at = 0;
    read_tar(source, [&](const TarEntry& found, Source& content) {
      const FileEntry& entry = entries.at(at++);
      CHECK(found.path == entry.path);
      CHECK(static_cast<int>(found.kind) == static_cast<int>(entry.kind));
      CHECK(found.link == entry.link);
      CHECK(found.mode == entry.mode);
      CHECK(found.uid == entry.uid);
      CHECK(found.gid == entry.gid);
      CHECK(found.mtime == mtime);
      CHECK(found.xattrs == entry.xattrs);
      CHECK(found.flaws.empty());
      CHECK(read_all(content, 1 << 20) == (entry.content && entry.kind == EntryKind::file ? *entry.content : ""));
    });
    CHECK(at == entries.size());
  }
}

TEST_CASE("a tree that was unpacked by GNU tar or bsdtar is written again as the same bytes") {
  auto entries = portable_entries();
  if (::geteuid() == 0) {
    entries.front().xattrs["security.capability"] = capability;
  } else {
    entries.front().mode = 0755;  // bsdtar keeps setuid only for the owner it can set
  }
  const std::string original = tar_of(entries);
  const TarFile tar{original};
  for (const char* program : {"tar", "bsdtar"}) {
    if (!has_program(program)) return;
    const fs::path tree = tar.temporary.path() / program;
    fs::create_directory(tree);
    Command unpack{.argv = {program, "-xpf", tar.path, "-C", tree}, .environment = {{"LC_ALL", "C.UTF-8"}}};
    if (unpack.argv.front() == "tar") unpack.argv.insert(unpack.argv.begin() + 1, {"--xattrs", "--xattrs-include=*"});
    REQUIRE(run_command(unpack, {}).ok());
    CHECK(Digest::of(tar_of(entries_from_directory(tree))) == Digest::of(original));
  }
}

TEST_CASE("a file of more than 8 GiB is read as that by every judge") {
  constexpr std::uint64_t size = (std::uint64_t{9} << 30) + 1;
  const FileEntry huge = file_entry("huge");
  const TarFile tar{encode_tar_header(huge, size, 0)};
  fs::resize_file(tar.path, fs::file_size(tar.path) + size + tar_padding(size) + end_of_tar.size());  // a sparse file
  if (has_program("python3")) {
    const char* listing = "import sys, tarfile; print([(m.name, m.size) for m in tarfile.open(sys.argv[1])])";
    CHECK(lines_of({"python3", "-c", listing, tar.path}) == Lines{fmt::format("[('huge', {})]", size)});
  }
  for (const char* program : {"tar", "bsdtar"}) {
    if (!has_program(program)) continue;
    const Lines found = lines_of({program, "-tvf", tar.path});
    REQUIRE(found.size() == 1);
    CHECK(found.front().find(fmt::format(" {} ", size)) != std::string::npos);
  }
  FileSource source{tar.path};
  CHECK_THROWS_AS(read_tar(source, [&](const TarEntry& entry, Source&) { throw entry.size; }), std::uint64_t);
}
