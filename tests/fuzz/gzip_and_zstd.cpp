// Decompressing foreign bytes: bounded, nothing but Error comes out, and what zlib reads as one gzip member we read so
// too.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <zlib.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

namespace {

constexpr std::size_t max_content = 1 << 20;

/// The content, or nothing when it is refused or longer than we want to see.
std::optional<std::string> content_of(std::unique_ptr<Source> decompressor) {
  try {
    return read_all(*decompressor, max_content);
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document, "bad bytes are an invalid document");
    return {};
  }
}

std::unique_ptr<Source> source(std::string_view bytes) {
  return std::make_unique<ViewSource>(as_bytes(bytes));
}

/// What zlib reads out of `bytes` if they are exactly one gzip member.
std::optional<std::string> single_member(std::string_view bytes) {
  constexpr int gzip_window_bits = 15 + 16;
  z_stream stream{};
  if (::inflateInit2(&stream, gzip_window_bits) != Z_OK) return {};
  std::string out(max_content, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = ::inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  if (!whole) return {};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::optional<std::string> gzip = content_of(make_decompressor(Compression::gzip, source(input)));
  const std::optional<std::string> zstd = content_of(make_decompressor(Compression::zstd, source(input)));
  require(!gzip || !zstd, "no stream is both gzip and zstd");
  if (const auto expected = single_member(input)) require(gzip == expected, "a gzip member reads as zlib reads it");
  content_of(make_decompressor(source(input)));
  return 0;
}
