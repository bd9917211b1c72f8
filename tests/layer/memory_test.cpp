// Memory does not grow with a layer. An executable of its own, so that its peak memory is that of these layers.
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include "ocibuild/layer/layer.hpp"
#include "ocibuild/layer/tar.hpp"

using namespace ocibuild;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mib = 1 << 20;

std::uint64_t peak_memory() {
  rusage usage{};
  REQUIRE(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

struct SparseFile {
  TempDir temporary{fs::temp_directory_path()};
  fs::path path = temporary.path() / "sparse";

  explicit SparseFile(std::uint64_t size) {
    write_file(path, {});
    fs::resize_file(path, size);
  }
};

Layer written(const SparseFile& file, Compression compression, Sink& to) {
  const std::vector<FileEntry> entries{{.path = "big", .source = file.path}};
  return write_layer(entries, {.compression = compression, .jobs = 2}, to);
}

void check_memory() {
  MESSAGE(fmt::format("peak memory {} MiB", peak_memory() / mib));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak_memory() < 200 * mib);
#endif
}

}  // namespace

TEST_CASE("a layer with a file of 2 GiB is written and read in less than 200 MiB") {
  const SparseFile file{2048 * mib};
  MemorySink sink;
  const Layer layer = written(file, Compression::gzip, sink);
  CHECK(layer.uncompressed_size == 2048 * mib + 512 + 1024);
  CHECK(measure_layer(std::make_unique<MemorySource>(sink.take()), Compression::gzip) ==
        UncompressedLayer{.diff_id = layer.diff_id, .size = layer.uncompressed_size});
  check_memory();
}

TEST_CASE("a layer with a sparse file of 10 GiB is written in less than 200 MiB") {
  const SparseFile file{10240 * mib};
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    CountingSink nowhere;
    const Layer layer = written(file, compression, nowhere);
    CHECK(layer.uncompressed_size == 10240 * mib + 3 * 512 + 1024);  // the size needs an extended header
    check_memory();
  }
}
