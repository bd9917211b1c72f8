// The independent decoder behind every block of gz1.
#include "layer/inflate_check.hpp"

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

#ifdef OCIBUILD_LIBDEFLATE
#include <libdeflate.h>
#endif
#include <zlib.h>

namespace ocibuild {
namespace {

#ifdef OCIBUILD_LIBDEFLATE

/// Appends a stored block. The sizes of gz1 fit into one.
void append_stored(std::string& stream, Bytes content) {
  const auto size = static_cast<std::uint16_t>(content.size());
  const auto complement = static_cast<std::uint16_t>(~size);
  stream.push_back(0);
  for (const std::uint16_t number : {size, complement}) {
    stream.push_back(static_cast<char>(number & 0xff));
    stream.push_back(static_cast<char>(number >> 8));
  }
  stream.append(as_text(content));
}

/// libdeflate reads whole streams only. So the history goes in front as a stored block, and where the stream goes on,
/// an empty final block behind.
bool libdeflate_reads(const Block& block, std::string_view deflated) {
  constexpr std::string_view empty_final_block{"\x03\x00", 2};
  std::string stream;
  stream.reserve(block.history_size + deflated.size() + 16);
  if (block.history_size > 0) append_stored(stream, block.history());
  stream.append(deflated);
  if (block.position == BlockPosition::inside) stream.append(empty_final_block);

  const std::unique_ptr<libdeflate_decompressor, decltype(&::libdeflate_free_decompressor)> decoder{
      ::libdeflate_alloc_decompressor(), &::libdeflate_free_decompressor};
  if (!decoder) throw std::bad_alloc{};
  std::string content(block.buffer.size() + 1, '\0');
  std::size_t read = 0;
  std::size_t written = 0;
  const libdeflate_result result = ::libdeflate_deflate_decompress_ex(decoder.get(), stream.data(), stream.size(),
                                                                      content.data(), content.size(), &read, &written);
  content.resize(written);
  return result == LIBDEFLATE_SUCCESS && read == stream.size() && content == as_text(block.buffer);
}

#endif

/// zlib takes the history as a dictionary.
bool zlib_reads(const Block& block, std::string_view deflated) {
  constexpr int raw_window_bits = -15;
  z_stream stream{};
  if (::inflateInit2(&stream, raw_window_bits) != Z_OK) throw std::bad_alloc{};
  const std::unique_ptr<z_stream, decltype(&::inflateEnd)> end{&stream, &::inflateEnd};
  const Bytes history = block.history();
  ::inflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(history.data()), static_cast<uInt>(history.size()));
  std::string content(block.content().size() + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = static_cast<uInt>(content.size());
  const int outcome = ::inflate(&stream, Z_SYNC_FLUSH);
  content.resize(stream.total_out);
  const int expected = block.position == BlockPosition::last ? Z_STREAM_END : Z_OK;
  return outcome == expected && stream.avail_in == 0 && content == as_text(block.content());
}

bool reads(Decoder decoder, const Block& block, std::string_view deflated) {
#ifdef OCIBUILD_LIBDEFLATE
  if (decoder == Decoder::fastest) return libdeflate_reads(block, deflated);
#endif
  static_cast<void>(decoder);
  return zlib_reads(block, deflated);
}

}  // namespace

void check_inflates_to(const Block& block, std::string_view deflated, Decoder decoder) {
  if (reads(decoder, block, deflated)) return;
  throw Error{Errc::digest_mismatch,
              fmt::format("a compressed block of {} bytes does not read back as the {} bytes that went into it",
                          deflated.size(), block.content().size())}
      .add_help("this is a defect of ocibuild or of this machine's memory; nothing was published");
}

}  // namespace ocibuild
