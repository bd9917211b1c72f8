// gz1 of any content: read back by zlib and libdeflate, the same for several threads, and never much larger than
// zlib's.
#include <cstdint>
#include <string>
#include <string_view>

#ifdef OCIBUILD_LIBDEFLATE
#include <libdeflate.h>
#endif
#include <zlib.h>

#include "layer/compressor.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

namespace {

constexpr int gzip_window_bits = 15 + 16;
constexpr std::size_t max_grown_size = 40000;          // more than the window
constexpr std::size_t max_large_grown_size = 3 << 19;  // a block and a half

std::string gz1(std::string_view content, unsigned jobs) {
  MemorySink sink;
  const auto compressor = make_compressor(Compression::gzip, jobs, sink);
  compressor->write(as_bytes(content));
  compressor->finish();
  return sink.take();
}

Bytef* mutable_bytes(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::size_t zlib_size(std::string_view content) {
  z_stream stream{};
  require(::deflateInit2(&stream, 6, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib is there");
  std::string out(::deflateBound(&stream, content.size()), '\0');
  stream.next_in = mutable_bytes(content);
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = mutable_bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  require(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib compresses");
  ::deflateEnd(&stream);
  return stream.total_out;
}

void read_with_zlib(std::string_view compressed, std::string_view content) {
  z_stream stream{};
  require(::inflateInit2(&stream, gzip_window_bits) == Z_OK, "zlib is there");
  std::string out(content.size() + 1, '\0');
  stream.next_in = mutable_bytes(compressed);
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = mutable_bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  require(::inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0, "zlib reads one whole member");
  require(std::string_view{out}.substr(0, stream.total_out) == content, "zlib reads the content back");
  ::inflateEnd(&stream);
}

#ifdef OCIBUILD_LIBDEFLATE
void read_with_libdeflate(std::string_view compressed, std::string_view content) {
  libdeflate_decompressor* const decompressor = ::libdeflate_alloc_decompressor();
  std::string out(content.size() + 1, '\0');
  std::size_t size = 0;
  require(::libdeflate_gzip_decompress(decompressor, compressed.data(), compressed.size(), out.data(), out.size(),
                                       &size) == LIBDEFLATE_SUCCESS,
          "libdeflate reads it");
  require(std::string_view{out}.substr(0, size) == content, "libdeflate reads the content back");
  ::libdeflate_free_decompressor(decompressor);
}
#endif

void compress(std::string_view content) {
  const std::string compressed = gz1(content, 1);
  read_with_zlib(compressed, content);
#ifdef OCIBUILD_LIBDEFLATE
  read_with_libdeflate(compressed, content);
#endif
  if (content.size() > 1 << 20) require(gz1(content, 3) == compressed, "threads do not matter");
  // The tests hold 5 % for data as it occurs. Data made up to mislead a search that is bounded can gain more.
  const std::size_t limit = zlib_size(content) * 110 / 100 + 64;
  if (compressed.size() > limit) {
    std::fprintf(stderr, "%zu bytes of content: gz1 %zu, zlib %zu\n", content.size(), compressed.size(),
                 zlib_size(content));
  }
  require(compressed.size() <= limit, "about as small as zlib 6");
}

/// Makes long content out of a short input: pieces of it and copies of what was made, so that runs, distances and
/// block borders are reached that no fuzzer would write out byte by byte.
std::string grown(std::string_view program) {
  std::string content;
  const std::size_t max_size = program.starts_with("long") ? max_large_grown_size : max_grown_size;
  while (program.size() >= 4 && content.size() < max_size) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(program[i])); };
    const std::size_t length = byte(1) << (byte(0) >> 4);
    const std::size_t distance = byte(2) << 8 | byte(3);
    if ((byte(0) & 1) != 0 && distance > 0 && distance <= content.size()) {
      for (std::size_t i = 0; i < length; ++i) content.push_back(content[content.size() - distance]);
      program.remove_prefix(4);
    } else {
      const std::string_view piece = program.substr(1, 1 + (byte(0) >> 1));
      content += piece;
      program.remove_prefix(1 + piece.size());
    }
  }
  return content.substr(0, max_size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  compress(input);
  compress(grown(input));
  return 0;
}
