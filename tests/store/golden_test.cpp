// The bytes of layouts and archives, frozen: a change here is a change of what users have published.
#include <doctest/doctest.h>

#include <filesystem>

#include "ocibuild/store/archive.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "support/golden.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

std::string digest_of_file(const fs::path& path) {
  return Digest::of(read_file(path, 1 << 20)).string();
}

std::string digest_of_archive(const fs::path& path, ArchiveFormat format) {
  ArchiveWriter writer{path, {.format = format}};
  writer.tag(testing::put_sample_index(writer), "v1");
  writer.finish();
  return digest_of_file(path);
}

}  // namespace

TEST_CASE("index.json and archives have the same bytes as ever") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path() / "layout"};
  Descriptor root = testing::put_sample_index(store);
  root.annotations.emplace(annotation::image_name, "ghcr.io/o/n:v1");
  store.tag(root, "v1");
  testing::check_golden("stores",
                        {
                            {"index.json", digest_of_file(dir.path() / "layout/index.json")},
                            {"oci-archive", digest_of_archive(dir.path() / "archive", ArchiveFormat::oci)},
                            {"docker-archive", digest_of_archive(dir.path() / "archive", ArchiveFormat::docker)},
                        });
}

}  // namespace ocibuild
