// gz1 is frozen, so where it is weak it stays weak: it must be decent everywhere.
#include <doctest/doctest.h>

#include <zlib.h>

#include "layer/compressor.hpp"
#include "layer/gz1_corpus.hpp"

namespace ocibuild {
namespace {

/// What zlib 6 makes of `content`, as gzip with an empty header.
std::size_t zlib_size(std::string_view content) {
  constexpr int gzip_window_bits = 15 + 16;
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  ::deflateEnd(&stream);
  return stream.total_out;
}

/// What zlib reads out of one gzip member; checks that it ends where the bytes end.
std::string inflated(std::string_view compressed) {
  constexpr int gzip_window_bits = 15 + 16;
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, gzip_window_bits) == Z_OK);
  std::string out(8 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("gz1 is nowhere more than 5 % larger than zlib 6") {
  for (const NamedInput& input : gz1_corpus()) {
    CAPTURE(input.name);
    const std::string content = input.make();
    MemorySink sink;
    const auto compressor = make_compressor(Compression::gzip, 1, sink);
    compressor->write(as_bytes(content));
    compressor->finish();
    const std::size_t limit = zlib_size(content) * 105 / 100;
    CHECK(sink.content().size() <= limit);
    CHECK(inflated(sink.content()) == content);
  }
}

}  // namespace ocibuild
