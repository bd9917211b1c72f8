#include "ocibuild/layer/directory.hpp"

#include <cerrno>
#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ocibuild/base/file.hpp"
#include "ocibuild/base/process.hpp"
#include "support/failure.hpp"
#include "support/skip.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
namespace fs = std::filesystem;

namespace {

struct Tree {
  TempDir temporary{fs::temp_directory_path()};
  fs::path root = temporary.path() / "tree";

  Tree() { fs::create_directory(root); }

  void file(const char* name, mode_t mode = 0644, std::string_view content = "x") const {
    write_file(root / name, content);
    REQUIRE(::chmod((root / name).c_str(), mode) == 0);
  }

  void directory(const char* name, mode_t mode = 0755) const {
    fs::create_directory(root / name);
    REQUIRE(::chmod((root / name).c_str(), mode) == 0);
  }
};

std::vector<std::string> paths_of(const std::vector<FileEntry>& entries) {
  std::vector<std::string> paths;
  for (const FileEntry& entry : entries) paths.push_back(entry.path);
  return paths;
}

Error scan_failure(const fs::path& root) {
  return failure_of([&] { return entries_from_directory(root); });
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a directory becomes entries in layer order, with the modes on disk and owned by root") {
  const Tree tree;
  tree.directory("a", 01777);
  tree.file("a/z", 04755);
  tree.file("a-b", 0600);
  tree.file("B");
  const auto entries = entries_from_directory(tree.root);
  REQUIRE(paths_of(entries) == Paths{"B", "a", "a/z", "a-b"});
  CHECK(entries[1].kind == EntryKind::directory);
  CHECK(entries[1].mode == 01777);
  CHECK(entries[2].mode == 04755);
  CHECK(entries[2].source == tree.root / "a/z");
  CHECK(entries[3].mode == 0600);
  CHECK(entries[3].uid == 0);
}

TEST_CASE("an empty directory has no entries") {
  CHECK(entries_from_directory(Tree{}.root).empty());
}

TEST_CASE("normalized modes do not depend on the umask a checkout was made with") {
  const Tree tree;
  tree.directory("d", 0775);
  tree.file("script", 0700);
  tree.file("text", 0664);
  const auto entries = entries_from_directory(tree.root, {.modes = Modes::normalized});
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].mode == 0755);
  CHECK(entries[1].mode == 0755);
  CHECK(entries[2].mode == 0644);
}

TEST_CASE("entries can keep their owners and lie below a place in the image") {
  const Tree tree;
  tree.file("f");
  fs::create_hard_link(tree.root / "f", tree.root / "g");
  const auto entries = entries_from_directory(tree.root, {.below = "/app/static/", .owners = Owners::from_disk});
  REQUIRE(paths_of(entries) == Paths{"app/static/f", "app/static/g"});
  CHECK(entries[0].uid == ::geteuid());
  CHECK(entries[1].link == "app/static/f");
}

TEST_CASE("symlinks are kept and never followed, loops and dangling ones included") {
  const Tree tree;
  tree.directory("d");
  fs::create_symlink("..", tree.root / "d/up");
  fs::create_symlink("loop", tree.root / "loop");
  fs::create_symlink("/nowhere", tree.root / "dangling");
  const auto entries = entries_from_directory(tree.root);
  REQUIRE(paths_of(entries) == Paths{"d", "d/up", "dangling", "loop"});
  CHECK(entries[1].kind == EntryKind::symlink);
  CHECK(entries[1].link == "..");
  CHECK(entries[2].link == "/nowhere");
  CHECK(entries[3].link == "loop");
}

TEST_CASE("a file with two names is one file and a hardlink to it") {
  const Tree tree;
  tree.file("b");
  fs::create_hard_link(tree.root / "b", tree.root / "a");
  tree.file("c");
  const auto entries = entries_from_directory(tree.root);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].kind == EntryKind::file);
  CHECK(entries[1].kind == EntryKind::hardlink);
  CHECK(entries[1].link == "a");
  CHECK(entries[2].kind == EntryKind::file);
}

TEST_CASE("user attributes are read, those of this machine are not") {
  const Tree tree;
  tree.file("f");
  const std::string path = tree.root / "f";
  const std::string value{"v\0w", 3};
  if (::setxattr(path.c_str(), "user.key", value.data(), value.size(), 0) != 0) {
    return skip("the temporary directory has no extended attributes");
  }
  ::setxattr(path.c_str(), "user.empty", "", 0, 0);
  ::setxattr(path.c_str(), "trusted.other", "x", 1, 0);  // works for root only, and must not show either way
  const auto entries = entries_from_directory(tree.root);
  CHECK(entries[0].xattrs == std::map<std::string, std::string>{{"user.empty", ""}, {"user.key", value}});
}

TEST_CASE("a FIFO, a socket and a device are refused by name") {
  const Tree fifo;
  REQUIRE(::mkfifo((fifo.root / "pipe").c_str(), 0600) == 0);
  CHECK(scan_failure(fifo.root).code() == Errc::unsupported);
  CHECK(says(scan_failure(fifo.root), (fifo.root / "pipe").native() + ": a FIFO"));
  const Tree socket;
  const FileHandle listener{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = socket.root / "sock";
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(says(scan_failure(socket.root), path + ": a socket"));
  CHECK(says(scan_failure("/dev"), "/dev/"));
}

TEST_CASE("what is missing, not a directory or unreadable is refused by name") {
  const Tree tree;
  tree.file("f");
  CHECK(scan_failure(tree.root / "missing").code() == Errc::not_found);
  CHECK(says(scan_failure(tree.root / "f"), "f: not a directory"));
  if (::geteuid() == 0) return;  // root reads everything
  tree.directory("closed", 0000);
  CHECK(scan_failure(tree.root).code() == Errc::io);
  CHECK(says(scan_failure(tree.root), (tree.root / "closed").native()));
}

TEST_CASE("a tree that is deeper than 256 directories is refused") {
  const Tree tree;
  FileHandle at{::open(tree.root.c_str(), O_RDONLY | O_DIRECTORY)};
  for (int depth = 0; depth < 258; ++depth) {
    REQUIRE(::mkdirat(at.get(), "d", 0755) == 0);
    at = FileHandle{::openat(at.get(), "d", O_RDONLY | O_DIRECTORY)};
  }
  CHECK(scan_failure(tree.root).code() == Errc::invalid_document);
}
