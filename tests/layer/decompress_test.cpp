#include <doctest/doctest.h>

#include "layer/compressor.hpp"
#include "layer/sample_data.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/decompress.hpp"

namespace ocibuild {
namespace {

std::string compress(Compression compression, std::string_view content) {
  MemorySink sink;
  const auto compressor = make_compressor(compression, 1, sink);
  compressor->write(as_bytes(content));
  compressor->finish();
  return sink.take();
}

/// Gives one byte at a time.
class DripSource final : public Source {
 public:
  explicit DripSource(std::string content) : rest_{std::move(content)} {}
  std::size_t read(MutableBytes into) override { return rest_.read(into.first(into.empty() ? 0 : 1)); }

 private:
  MemorySource rest_;
};

std::string decompress(Compression compression, std::string compressed) {
  const auto source = make_decompressor(compression, std::make_unique<MemorySource>(std::move(compressed)));
  return read_all(*source, 1 << 20);
}

std::string sniff(std::string compressed) {
  const auto source = make_decompressor(std::make_unique<MemorySource>(std::move(compressed)));
  return read_all(*source, 1 << 20);
}

void check_refused(Compression compression, const std::string& compressed, const std::string& part_of_message) {
  CAPTURE(part_of_message);
  try {
    decompress(compression, compressed);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::invalid_document);
    CHECK(std::string_view{error.what()}.find(part_of_message) != std::string_view::npos);
  }
}

const std::string skippable_frame{
    "\x50\x2a\x4d\x18\x03\x00\x00\x00"
    "abc",
    11};

}  // namespace

TEST_CASE("members and frames are read one after the other") {
  const std::string text = prose(5000);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string part = compress(compression, text);
    const std::string nothing = compress(compression, "");
    CHECK(decompress(compression, part + nothing + nothing + part) == text + text);
    CHECK(sniff(nothing + part) == text);
    CHECK(sniff(nothing).empty());
  }
}

TEST_CASE("skippable frames are skipped wherever they stand") {
  const std::string part = compress(Compression::zstd, "text");
  CHECK(sniff(skippable_frame + part + skippable_frame + part) == "texttext");
  CHECK(sniff(skippable_frame).empty());
}

TEST_CASE("a decompressor works with single bytes on both sides") {
  const std::string text = prose(3000);
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    const auto source = make_decompressor(std::make_unique<DripSource>(compress(compression, text)));
    std::string read;
    std::byte byte;
    while (source->read({&byte, 1}) == 1) read.push_back(static_cast<char>(byte));
    CHECK(read == text);
    CHECK(source->read({&byte, 1}) == 0);
  }
}

TEST_CASE("what is not compressed passes through, however short") {
  for (const std::string text : {"", "a", "\x1f", "\x1f\x8b", "\x28\xb5\x2f", "plain text"}) CHECK(sniff(text) == text);
}

TEST_CASE("a stream that is cut off anywhere is refused") {
  const std::string text = prose(600);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string whole = compress(compression, text);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_THROWS_AS(decompress(compression, whole.substr(0, size)), Error);
    }
    check_refused(compression, whole.substr(0, whole.size() - 1), "cut off");
    check_refused(compression, "", "is empty");
  }
}

TEST_CASE("bytes behind the stream are refused") {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string whole = compress(compression, "text");
    check_refused(compression, whole + "junk that follows", "damaged");
    check_refused(compression, whole + std::string(512, '\0'), "damaged");
    check_refused(compression, whole + whole.substr(0, whole.size() / 2), "cut off");
  }
}

TEST_CASE("a damaged byte is found at the latest by the checksum") {
  const std::string text = random_bytes(300);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    std::string damaged = compress(compression, text);
    damaged[damaged.size() / 2] ^= 1;
    CHECK_THROWS_AS(decompress(compression, damaged), Error);
  }
}

TEST_CASE("a zstd window over 128 MiB is refused") {
  // Magic, a frame header without content size and checksum, and a window descriptor for 2^28 bytes (RFC 8878 3.1.1.1).
  const std::string frame{"\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", 9};
  check_refused(Compression::zstd, frame, "requires too much memory");
}

TEST_CASE("AT12: a bomb comes out piece by piece and can be stopped") {
  const std::string bomb = compress(Compression::gzip, std::string(16 << 20, '\0'));
  CHECK(bomb.size() < 40000);
  CHECK_THROWS_AS(decompress(Compression::gzip, bomb), Error);  // stopped by the limit of read_all
}

}  // namespace ocibuild
