#include "ocibuild/layer/layer.hpp"

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer/tar_bytes.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "ocibuild/layer/directory.hpp"
#include "ocibuild/layer/format.hpp"
#include "ocibuild/layer/tar.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
namespace fs = std::filesystem;

namespace {

constexpr Compression all_compressions[] = {Compression::none, Compression::gzip, Compression::zstd};

struct Written {
  Layer layer;
  std::string blob;
};

Written written(const std::vector<FileEntry>& entries, const LayerOptions& options = {}) {
  MemorySink sink;
  Layer layer = write_layer(entries, options, sink);
  return {std::move(layer), sink.take()};
}

Error write_failure(const FileEntry& entry) {
  return failure_of([&] { return written({entry}); });
}

struct Folder {
  TempDir temporary{fs::temp_directory_path()};
  fs::path file = temporary.path() / "file";
};

/// The same tree, made in a given order and under a given umask.
void make_tree(const fs::path& root, std::vector<std::string> names, mode_t mask) {
  const mode_t previous = ::umask(mask);
  for (const std::string& name : names) {
    fs::create_directories((root / name).parent_path());
    write_file(root / name, "content of " + name);
  }
  ::umask(previous);
}

}  // namespace

TEST_CASE("a layer describes the bytes it has written") {
  for (const Compression compression : all_compressions) {
    const auto [layer, blob] = written({file_entry("a/b", "content")}, {.compression = compression});
    CHECK(layer.descriptor.digest == Digest::of(blob));
    CHECK(layer.descriptor.size == blob.size());
    CHECK(layer_compression(layer.descriptor.media_type) == compression);
    CHECK(layer.descriptor.annotations ==
          Annotations{{std::string{layer_format_annotation}, std::string{format_name(compression)}}});
    const UncompressedLayer expected{.diff_id = layer.diff_id, .size = layer.uncompressed_size};
    CHECK(measure_layer(std::make_unique<MemorySource>(blob), compression) == expected);
    CHECK(describe_tar(std::vector{file_entry("a/b", "content")}) == expected);
    std::vector<std::string> paths;
    const auto visit = [&](const TarEntry& entry, Source&) { paths.push_back(entry.path); };
    CHECK(read_layer(std::make_unique<MemorySource>(blob), compression, visit) == expected);
    CHECK(paths == std::vector<std::string>{"a", "a/b"});
  }
}

TEST_CASE("the compression changes the digest of a layer and never its diff_id") {
  const std::vector entries{file_entry("a", std::string(100000, 'a'))};
  const Layer none = written(entries, {.compression = Compression::none}).layer;
  CHECK(none.descriptor.digest == none.diff_id);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const Layer layer = written(entries, {.compression = compression}).layer;
    CHECK(layer.diff_id == none.diff_id);
    CHECK(layer.descriptor.digest != none.descriptor.digest);
    CHECK(layer.descriptor.size < 10000);
  }
}

TEST_CASE("a tar is described by content, whatever the times and the sizes of files say") {
  const Folder folder;
  const std::vector<FileEntry> entries{{.path = "a", .source = folder.file}};
  write_file(folder.file, "one");
  const auto time = fs::last_write_time(folder.file);
  const UncompressedLayer one = describe_tar(entries);
  write_file(folder.file, "two");
  fs::last_write_time(folder.file, time);
  CHECK(describe_tar(entries).diff_id != one.diff_id);
  CHECK(describe_tar(entries).size == one.size);
  CHECK(describe_tar(entries).diff_id == written(entries).layer.diff_id);
  CHECK(describe_tar(entries, 1).diff_id == written(entries, {.mtime = 1}).layer.diff_id);
}

TEST_CASE("a frozen format is its own encoder, zstd is one for each version of its library") {
  CHECK(encoder_name(Compression::none) == "tar");
  CHECK(encoder_name(Compression::gzip) == "gz1");
  CHECK(encoder_name(Compression::zstd).starts_with("zstd-3 libzstd-1."));
}

TEST_CASE("a layer without entries is an archive without entries") {
  const auto [layer, blob] = written({}, {.compression = Compression::none});
  CHECK(blob == end_of_tar);
}

TEST_CASE("the same files give the same bytes, whatever the directory, order, time zone, locale, umask and jobs") {
  const TempDir one{fs::temp_directory_path()};
  const TempDir other{fs::temp_directory_path()};
  make_tree(one.path(), {"a/x", "a-b", "\xc3\xa9", "B/c/d"}, 022);
  make_tree(other.path(), {"B/c/d", "\xc3\xa9", "a-b", "a/x"}, 077);
  fs::last_write_time(other.path() / "a-b", fs::file_time_type{});
  const DirectoryOptions checkout{.modes = Modes::normalized};
  for (const Compression compression : all_compressions) {
    const Layer first = written(entries_from_directory(one.path(), checkout), {.compression = compression}).layer;
    ::setenv("TZ", "Asia/Kathmandu", 1);
    std::setlocale(LC_ALL, "C.UTF-8");
    const mode_t previous = ::umask(0777);
    const Layer second =
        written(entries_from_directory(other.path(), checkout), {.compression = compression, .jobs = 16}).layer;
    ::umask(previous);
    std::setlocale(LC_ALL, "C");
    ::unsetenv("TZ");
    CHECK(second.descriptor == first.descriptor);
    CHECK(second.diff_id == first.diff_id);
  }
}

TEST_CASE("the order of the entries does not matter") {
  const FileEntry file = file_entry("b", "x");
  const FileEntry link = link_entry(EntryKind::hardlink, "a", "b");
  CHECK(written({file, link}).blob == written({link, file}).blob);
  CHECK(written({file_entry("a", "x"), link_entry(EntryKind::hardlink, "b", "a")}).blob == written({file, link}).blob);
}

TEST_CASE("the time of the entries is the one that was given") {
  const std::string blob = written({file_entry("a")}, {.compression = Compression::none, .mtime = 1700000000}).blob;
  ViewSource source{as_bytes(blob)};
  read_tar(source, [](const TarEntry& entry, Source&) { CHECK(entry.mtime == 1700000000); });
}

TEST_CASE("a source that is missing, vanished, a FIFO, a directory or a loop of symlinks is refused by name") {
  const Folder folder;
  const std::string path = folder.file;
  const FileEntry entry{.path = "in/image", .source = path};
  CHECK(write_failure(entry).code() == Errc::not_found);
  CHECK(says(write_failure(entry), path));
  REQUIRE(::mkfifo(path.c_str(), 0644) == 0);
  CHECK(write_failure(entry).code() == Errc::invalid_document);
  CHECK(says(write_failure(entry), path));
  fs::remove(path);
  fs::create_directory(path);
  CHECK(write_failure(entry).code() == Errc::invalid_document);
  fs::remove(path);
  fs::create_symlink("file", path);
  CHECK(write_failure(entry).code() == Errc::io);
  CHECK(says(write_failure(entry), path));
}

TEST_CASE("a file that vanished since the directory was read is refused by name") {
  const Folder folder;
  write_file(folder.file, "x");
  const auto entries = entries_from_directory(folder.temporary.path());
  fs::remove(folder.file);
  CHECK(failure_of([&] { return written(entries); }).code() == Errc::not_found);
  fs::create_symlink("/etc/passwd", folder.file);  // put in its place: not followed
  const Error error = failure_of([&] { return written(entries); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, folder.file.native()));
}

TEST_CASE("an unreadable source is refused by name") {
  if (::geteuid() == 0) return;  // root reads everything
  const Folder folder;
  write_file(folder.file, "x");
  fs::permissions(folder.file, fs::perms::none);
  const Error error = write_failure({.path = "a", .source = folder.file});
  CHECK(error.code() == Errc::io);
  CHECK(says(error, folder.file.native()));
}

TEST_CASE("a file that changes its size while it is read is an error that names it") {
  /// Calls `change` when the first bytes arrive: then the header, which has the size, is written.
  struct Meddler final : Sink {
    std::function<void()> change;
    void write(Bytes) override {
      if (change) std::exchange(change, {})();
    }
  };
  const Folder folder;
  for (const std::uintmax_t new_size : {100000U, 900000U}) {
    write_file(folder.file, std::string(500000, 'x'));
    Meddler sink;
    sink.change = [&] { fs::resize_file(folder.file, new_size); };
    const std::vector<FileEntry> entries{{.path = "a", .source = folder.file}};
    const Error error = failure_of([&] { return write_layer(entries, {.compression = Compression::none}, sink); });
    CHECK(error.code() == Errc::io);
    CHECK(says(error, folder.file.native()));
    CHECK(says(error, new_size < 500000 ? "shrank" : "grew"));
  }
}

TEST_CASE("a compressed layer with many members is one layer, and junk after it is refused") {
  const std::string tar = written({file_entry("a", "x")}, {.compression = Compression::none}).blob;
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string blob = written({file_entry("a", "x")}, {.compression = compression}).blob;
    const auto twice = measure_layer(std::make_unique<MemorySource>(blob + blob), compression);
    CHECK(twice.diff_id == Digest::of(tar + tar));
    CHECK(failure_of([&] {
            return measure_layer(std::make_unique<MemorySource>(blob + "junk"), compression);
          }).code() == Errc::invalid_document);
  }
}

TEST_CASE("a layer that decompresses to more than the limit is refused") {
  const std::string bomb = written({file_entry("a", std::string(50 << 20, '\0'))}).blob;
  CHECK(bomb.size() < 200000);
  CHECK(measure_layer(std::make_unique<MemorySource>(bomb), Compression::gzip).size > (50 << 20));
  CHECK(failure_of([&] {
          return measure_layer(std::make_unique<MemorySource>(bomb), Compression::gzip, 1 << 20);
        }).code() == Errc::invalid_document);
}
