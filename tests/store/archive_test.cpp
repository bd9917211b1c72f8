#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "layer/tar_writer.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/store/archive.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "store/docker_save.hpp"
#include "store/tar_file.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;

constexpr std::size_t limit = 1 << 20;

FileEntry text(std::string path, std::string content) {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(content))};
}

void write_tar(const fs::path& path, const std::vector<FileEntry>& entries) {
  AtomicFile file{path};
  TarWriter tar{file};
  for (const FileEntry& entry : entries) tar.add(entry);
  tar.finish();
  file.commit();
}

std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{directory}, fs::directory_iterator{}));
}

/// An image as `docker save` wrote it before version 25.
std::vector<FileEntry> saved_image() {
  Config config{.platform = Platform::parse("linux/amd64")};
  config.diff_ids = {Digest::of("layer content")};
  return {text("c.json", serialize(config)),
          text("id/layer.tar", "layer content"),
          {.path = "other/layer.tar", .kind = EntryKind::symlink, .link = "../id/layer.tar"},
          text("manifest.json", R"([{"Config":"c.json","RepoTags":["n:1"],"Layers":["other/layer.tar"]}])")};
}

}  // namespace

TEST_CASE("an archive holds the same bytes in whatever order its content came") {
  const TempDir dir{fs::temp_directory_path()};
  for (const ArchiveFormat format : {ArchiveFormat::oci, ArchiveFormat::docker}) {
    for (const bool forwards : {true, false}) {
      ArchiveWriter writer{dir.path() / (forwards ? "a" : "b"), {.format = format}};
      for (const std::string name : {forwards ? "one" : "two", forwards ? "two" : "one"}) {
        writer.tag(testing::put_sample_index(writer, name), name);
      }
      writer.finish();
    }
    CHECK(read_file(dir.path() / "a", limit) == read_file(dir.path() / "b", limit));
  }
}

TEST_CASE("an archive that is not finished leaves the old file and nothing else") {
  const TempDir dir{fs::temp_directory_path()};
  std::ofstream{dir.path() / "archive"} << "old";
  {
    ArchiveWriter writer{dir.path() / "archive"};
    testing::put_sample_index(writer);
  }
  CHECK(read_file(dir.path() / "archive", limit) == "old");
  CHECK(entries_in(dir.path()) == 1);
}

TEST_CASE("a docker-archive has one image for each tag, the preferred platform of an index") {
  const TempDir dir{fs::temp_directory_path()};
  const fs::path path = dir.path() / "archive";
  ArchiveWriter writer{path, {.format = ArchiveFormat::docker, .platform = Platform::parse("linux/arm64")}};
  const Descriptor root = testing::put_sample_index(writer);
  writer.tag(root, "ghcr.io/o/n:1.2");
  writer.tag(root, "n");
  writer.finish();
  const auto images = parse_saved_images(TarFile{path}.read("manifest.json", limit));
  REQUIRE(images.size() == 1);
  CHECK(images[0].repo_tags == std::vector<std::string>{"docker.io/library/n:latest", "ghcr.io/o/n:1.2"});
  const ArchiveReader reader{path, ArchiveFormat::docker};
  CHECK(reader.resolve("n") == root);
  CHECK(reader.resolve("docker.io/library/n:latest") == root);
  CHECK(reader.resolve("1.2") == root);  // its reference name
  const Config config = parse_config(TarFile{path}.read(images[0].config, limit));
  CHECK(config.platform.architecture == "arm64");
}

TEST_CASE("a docker-archive is not written without a layer that must not be distributed, an oci-archive is") {
  const TempDir dir{fs::temp_directory_path()};
  const Descriptor layer = describe("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "elsewhere");
  const Blob config = memory_blob(media_type::config, "{}");
  const Manifest manifest{.config = config.descriptor, .layers = {layer}};
  const Blob root = memory_blob(manifest.media_type, serialize(manifest));
  const auto write = [&](const fs::path& path, ArchiveFormat format) {
    ArchiveWriter writer{path, {.format = format}};
    writer.put(config);
    writer.put(root);
    writer.tag(root.descriptor, "n");
    writer.finish();
    return path;
  };
  CHECK(fs::exists(write(dir.path() / "oci", ArchiveFormat::oci)));
  const Error error = failure_of([&] { return write(dir.path() / "docker", ArchiveFormat::docker); });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, layer.digest.string() + " is not distributable and not here"));
  CHECK(entries_in(dir.path()) == 1);
}

TEST_CASE("an archive of an older docker save becomes an OCI image") {
  const TempDir dir{fs::temp_directory_path()};
  const fs::path path = dir.path() / "archive";
  write_tar(path, saved_image());
  const ArchiveReader reader{path, ArchiveFormat::docker};
  const auto root = reader.resolve("n:1");
  REQUIRE(root);
  MemoryStore copied;
  copy(reader, *root, copied);
  const Manifest manifest = parse_manifest(read_blob(copied, *root, limit));
  CHECK(manifest.layers.front() == describe(media_type::layer_tar, "layer content"));
  CHECK(read_blob(reader, manifest.layers.front(), limit) == "layer content");
  CHECK(says(failure_of([&] { return ArchiveReader{path, ArchiveFormat::oci}.roots(); }), "contains no oci-layout"));
}

TEST_CASE("a docker-archive whose index names a platform that is not there has the images of its manifest.json") {
  const TempDir dir{fs::temp_directory_path()};
  ArchiveWriter writer{dir.path() / "whole", {.format = ArchiveFormat::docker}};
  const Descriptor index = testing::put_sample_index(writer);
  writer.tag(index, "n:1");
  writer.finish();
  const ArchiveReader whole{dir.path() / "whole", ArchiveFormat::docker};
  CHECK(whole.resolve("n:1") == index);
  const Descriptor absent = parse_index(read_blob(whole, index, limit)).manifests.back();
  std::vector<FileEntry> entries;
  const TarFile tar{dir.path() / "whole"};
  for (const auto& [path, extent] : tar.files()) {
    if (!path.ends_with(absent.digest.encoded())) entries.push_back(text(path, tar.read(path, limit)));
  }
  write_tar(dir.path() / "partial", entries);

  const ArchiveReader partial{dir.path() / "partial", ArchiveFormat::docker};
  const auto image = partial.resolve("n:1");
  REQUIRE(image);
  CHECK(partial.roots().size() == 1);
  MemoryStore copied;
  copy(partial, *image, copied);
  const Config config = parse_config(read_blob(copied, parse_manifest(read_blob(copied, *image, limit)).config, limit));
  CHECK(config.platform.architecture == "amd64");
  CHECK(ArchiveReader{dir.path() / "partial", ArchiveFormat::oci}.roots().front().descriptor.digest == index.digest);
}

TEST_CASE("a layer of an older docker save that is not its diff_id is found when it is read") {
  const TempDir dir{fs::temp_directory_path()};
  auto entries = saved_image();
  entries[1] = text("id/layer.tar", "other content");
  write_tar(dir.path() / "archive", entries);
  const ArchiveReader reader{dir.path() / "archive", ArchiveFormat::docker};
  MemoryStore to;
  CHECK(failure_of([&] {
          copy(reader, *reader.resolve("n:1"), to);
          return 0;
        }).code() == Errc::digest_mismatch);
}

TEST_CASE("what is not an archive of images is refused") {
  const TempDir dir{fs::temp_directory_path()};
  const auto code_for = [&](const fs::path& path) {
    return failure_of([&] { return ArchiveReader{path, ArchiveFormat::docker}.roots(); }).code();
  };
  CHECK(code_for(dir.path() / "missing") == Errc::not_found);
  CHECK(code_for(dir.path()) == Errc::invalid_document);
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  CHECK(code_for(dir.path() / "fifo") == Errc::invalid_document);
  std::ofstream{dir.path() / "gzip"} << "\x1f\x8b\x08 and so on";
  CHECK(code_for(dir.path() / "gzip") == Errc::unsupported);
  std::ofstream{dir.path() / "text"} << std::string(2000, 'x');
  CHECK(code_for(dir.path() / "text") == Errc::invalid_document);
  write_tar(dir.path() / "tar", {text("hello", "world")});
  CHECK(code_for(dir.path() / "tar") == Errc::invalid_document);
}

TEST_CASE("an archive cut off anywhere is refused or found incomplete") {
  const TempDir dir{fs::temp_directory_path()};
  const fs::path path = dir.path() / "archive";
  ArchiveWriter writer{path};
  const Descriptor root = testing::put_sample_image(writer);
  writer.tag(root, "v1");
  writer.finish();
  const auto size = fs::file_size(path);
  for (std::uintmax_t rest = size - 1024; rest > 0; rest -= std::min<std::uintmax_t>(rest, 300)) {
    fs::resize_file(path, rest);
    MemoryStore to;
    const auto read = [&] {
      const ArchiveReader reader{path, ArchiveFormat::oci};
      copy(reader, reader.resolve("v1").value_or(root), to);
      return rest;
    };
    if (rest > size - 1024 - 512) continue;  // within the padding of the last file, nothing is missing
    CHECK_FALSE(failure_of(read).code() == Errc::io);
  }
}

TEST_CASE("names in a tar that lead outside are not files of it, and two of one name are refused") {
  const TempDir dir{fs::temp_directory_path()};
  const fs::path path = dir.path() / "tar";
  write_tar(path, {text("a", "1"),
                   {.path = "up", .kind = EntryKind::symlink, .link = "../../etc/passwd"},
                   {.path = "loop", .kind = EntryKind::symlink, .link = "loop"}});
  const TarFile tar{path};
  CHECK(tar.files().size() == 1);
  CHECK(tar.read("a", limit) == "1");
  CHECK(failure_of([&] { return tar.open("up"); }).code() == Errc::not_found);
  write_tar(path, {text("a", "1"), text("a", "2")});
  CHECK(failure_of([&] { return TarFile{path}; }).code() == Errc::invalid_document);
}

TEST_CASE("long names in a tar are read whole") {
  const TempDir dir{fs::temp_directory_path()};
  const std::string split = std::string(90, 'd') + "/" + std::string(90, 'f');
  const std::string pax = std::string(300, 'p');
  write_tar(dir.path() / "tar", {text(split, "1"), text(pax, "2")});
  const TarFile tar{dir.path() / "tar"};
  CHECK(tar.read(split, limit) == "1");
  CHECK(tar.read(pax, limit) == "2");
}

}  // namespace ocibuild
