#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "layer/compressor.hpp"
#include "layer/sample_data.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "ocibuild/layer/format.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t block = 1 << 20;
constexpr Compression all_compressions[] = {Compression::none, Compression::gzip, Compression::zstd};

/// Writes `content` in chunks of `chunk` bytes and gives what came out.
std::string compress(Compression compression, std::string_view content, unsigned jobs, std::size_t chunk) {
  MemorySink sink;
  const auto compressor = make_compressor(compression, jobs, sink);
  for (std::size_t at = 0; at < content.size(); at += chunk) compressor->write(as_bytes(content.substr(at, chunk)));
  compressor->finish();
  return sink.take();
}

std::string decompress(std::string compressed) {
  const auto source = make_decompressor(std::make_unique<MemorySource>(std::move(compressed)));
  return read_all(*source, 64 << 20);
}

/// Refuses everything after the first bytes.
class FullSink final : public Sink {
 public:
  void write(Bytes bytes) override {
    taken_ += bytes.size();
    if (taken_ > 100) throw std::runtime_error{"full"};
  }

 private:
  std::size_t taken_ = 0;
};

class FinishSink final : public Sink {
 public:
  void write(Bytes) override {}
  void finish() override { ++finished; }
  int finished = 0;
};

}  // namespace

TEST_CASE("what is compressed reads back, at every border of blocks") {
  const std::string content = mixture(2 * block + 1, 30000);
  for (const Compression compression : all_compressions) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4},
                                   block - 1, block, block + 1, 2 * block - 1, 2 * block, 2 * block + 1}) {
      CAPTURE(format_name(compression));
      CAPTURE(size);
      const std::string_view part = std::string_view{content}.substr(0, size);
      CHECK(decompress(compress(compression, part, 1, 1 << 16)) == part);
    }
  }
}

TEST_CASE("compressed bytes depend neither on the number of threads nor on the sizes of the writes") {
  const std::string content = mixture(9 * block + 12345, 70000);
  for (const Compression compression : all_compressions) {
    const std::string expected = compress(compression, content, 1, content.size());
    CHECK(compress(compression, content, 2, 4096) == expected);
    CHECK(compress(compression, content, 5, block) == expected);
    CHECK(compress(compression, content, 16, 3 * block + 1) == expected);
  }
  const std::string small = mixture(100000, 5000);
  CHECK(compress(Compression::gzip, small, 3, 1) == compress(Compression::gzip, small, 1, small.size()));
}

TEST_CASE("a compressor finishes the sink behind it once") {
  for (const Compression compression : all_compressions) {
    FinishSink sink;
    const auto compressor = make_compressor(compression, 2, sink);
    compressor->write(as_bytes("text"));
    CHECK(sink.finished == 0);
    compressor->finish();
    CHECK(sink.finished == 1);
  }
}

TEST_CASE("a failing sink ends the compression with its own exception") {
  const std::string content = random_bytes(6 * block);
  for (const unsigned jobs : {1U, 4U}) {
    FullSink sink;
    const auto compressor = make_compressor(Compression::gzip, jobs, sink);
    CHECK_THROWS_WITH(
        {
          compressor->write(as_bytes(content));
          compressor->finish();
        },
        "full");
  }
}

TEST_CASE("a compressor can be abandoned with work in flight") {
  MemorySink sink;
  make_compressor(Compression::gzip, 4, sink)->write(as_bytes(random_bytes(3 * block)));
}

TEST_CASE("every compression has a format name") {
  CHECK(format_name(Compression::none) == "tar");
  CHECK(format_name(Compression::gzip) == "gz1");
  CHECK(format_name(Compression::zstd) == "zstd-3");
}

}  // namespace ocibuild
