#include <doctest/doctest.h>

#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{directory}, fs::directory_iterator{}));
}

Errc code_of_opening(const fs::path& path, Symlinks symlinks) {
  try {
    FileSource{path, symlinks};
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("was opened: " << path);
  return Errc::io;
}

}  // namespace

TEST_CASE("an atomic file appears with commit and not before") {
  const TempDir dir{fs::temp_directory_path()};
  const fs::path target = dir.path() / "file";
  {
    AtomicFile file{target};
    file.write(as_bytes("content"));
    CHECK_FALSE(fs::exists(target));
    file.commit();
  }
  CHECK(read_file(target, 100) == "content");
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("an atomic file that is not committed leaves the old content and no temporary file") {
  const TempDir dir{fs::temp_directory_path()};
  write_file(dir.path() / "file", "old");
  {
    AtomicFile file{dir.path() / "file"};
    file.write(as_bytes("new"));
  }
  CHECK(read_file(dir.path() / "file", 100) == "old");
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("only temporary files of dead writers are removed") {
  const TempDir dir{fs::temp_directory_path()};
  std::ofstream{dir.path() / ".ocibuild-tmp-1-0"} << "left by a killed process";
  std::ofstream{dir.path() / "other"} << "not ours";
  AtomicFile alive{dir.path() / "target"};
  remove_abandoned_files(dir.path());
  CHECK_FALSE(fs::exists(dir.path() / ".ocibuild-tmp-1-0"));
  CHECK(entries(dir.path()) == 2);
  alive.commit();
  CHECK(fs::exists(dir.path() / "target"));
}

TEST_CASE("whatever is not a regular file is refused without hanging") {
  const TempDir dir{fs::temp_directory_path()};
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  fs::create_symlink("/etc/passwd", dir.path() / "link");
  CHECK(code_of_opening(dir.path() / "fifo", Symlinks::follow) == Errc::invalid_document);
  CHECK(code_of_opening(dir.path(), Symlinks::follow) == Errc::invalid_document);
  CHECK(code_of_opening("/dev/zero", Symlinks::follow) == Errc::invalid_document);
  CHECK(code_of_opening(dir.path() / "link", Symlinks::refuse) == Errc::invalid_document);
  CHECK(code_of_opening(dir.path() / "missing", Symlinks::follow) == Errc::not_found);
  CHECK(FileSource{dir.path() / "link"}.size() > 0);
}

TEST_CASE("read_file refuses a file over its limit and names it") {
  const TempDir dir{fs::temp_directory_path()};
  write_file(dir.path() / "big", "12345");
  CHECK_THROWS_WITH_AS(read_file(dir.path() / "big", 4),
                       ((dir.path() / "big").string() + ": more than 4 bytes, which is the limit here").c_str(), Error);
}

TEST_CASE("a directory is locked until the lock's life ends, and no file is left in it") {
  const TempDir directory{fs::temp_directory_path()};
  const FileHandle other{::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  {
    const FileLock lock = FileLock::of_directory(directory.path());
    CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) != 0);
  }
  CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
  CHECK(entries(directory.path()) == 0);
  CHECK_THROWS_AS(FileLock::of_directory(directory.path() / "none"), Error);
}

TEST_CASE("a temporary directory goes with its content") {
  fs::path path;
  {
    const TempDir dir{fs::temp_directory_path()};
    path = dir.path();
    write_file(path / "file", "x");
  }
  CHECK_FALSE(fs::exists(path));
}

}  // namespace ocibuild
