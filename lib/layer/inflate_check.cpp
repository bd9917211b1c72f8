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

#endif

}  // namespace

/// One byte more than expected, so that too much shows.
MutableBytes InflateCheck::room_for(std::size_t content_size) {
  if (content_.size() <= content_size) content_.resize(content_size + 1);
  return MutableBytes{content_}.first(content_size + 1);
}

#ifdef OCIBUILD_LIBDEFLATE

/// libdeflate reads whole streams only. So the history goes in front as a stored block, and where the stream goes on,
/// an empty final block behind.
bool InflateCheck::libdeflate_reads(const Block& block, std::string_view deflated) {
  constexpr std::string_view empty_final_block{"\x03\x00", 2};
  stream_.clear();
  if (block.history_size > 0) append_stored(stream_, block.history());
  stream_.append(deflated);
  if (block.position == BlockPosition::inside) stream_.append(empty_final_block);

  const std::unique_ptr<libdeflate_decompressor, decltype(&::libdeflate_free_decompressor)> decoder{
      ::libdeflate_alloc_decompressor(), &::libdeflate_free_decompressor};
  if (!decoder) throw std::bad_alloc{};
  const MutableBytes content = room_for(block.buffer.size());
  std::size_t read = 0;
  std::size_t written = 0;
  const libdeflate_result result = ::libdeflate_deflate_decompress_ex(decoder.get(), stream_.data(), stream_.size(),
                                                                      content.data(), content.size(), &read, &written);
  return result == LIBDEFLATE_SUCCESS && read == stream_.size() &&
         as_text(content.first(written)) == as_text(block.buffer);
}

#endif

/// zlib takes the history as a dictionary.
bool InflateCheck::zlib_reads(const Block& block, std::string_view deflated) {
  constexpr int raw_window_bits = -15;
  z_stream stream{};
  if (::inflateInit2(&stream, raw_window_bits) != Z_OK) throw std::bad_alloc{};
  const std::unique_ptr<z_stream, decltype(&::inflateEnd)> end{&stream, &::inflateEnd};
  const Bytes history = block.history();
  ::inflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(history.data()), static_cast<uInt>(history.size()));
  const MutableBytes content = room_for(block.content().size());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = static_cast<uInt>(content.size());
  const int outcome = ::inflate(&stream, Z_SYNC_FLUSH);
  const int expected = block.position == BlockPosition::last ? Z_STREAM_END : Z_OK;
  return outcome == expected && stream.avail_in == 0 &&
         as_text(content.first(stream.total_out)) == as_text(block.content());
}

bool InflateCheck::reads(const Block& block, std::string_view deflated, Decoder decoder) {
#ifdef OCIBUILD_LIBDEFLATE
  if (decoder == Decoder::fastest) return libdeflate_reads(block, deflated);
#endif
  static_cast<void>(decoder);
  return zlib_reads(block, deflated);
}

void InflateCheck::check(const Block& block, std::string_view deflated, Decoder decoder) {
  if (reads(block, deflated, decoder)) return;
  throw Error{Errc::digest_mismatch,
              fmt::format("a compressed block of {} bytes does not read back as the {} bytes that went into it",
                          deflated.size(), block.content().size())}
      .add_help("this is a defect of ocibuild or of this machine's memory; nothing was published");
}

}  // namespace ocibuild
