// A reader of gzip streams with any number of members (RFC 1952 2.2), over zlib.
#include "layer/gzip_source.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t input_size = 128 << 10;
constexpr int gzip_window_bits = 15 + 16;  // the largest window; + 16: a gzip header and trailer, both checked

class GzipSource final : public Source {
 public:
  explicit GzipSource(std::unique_ptr<Source> from) : from_{std::move(from)}, buffer_(input_size) {
    if (::inflateInit2(&stream_, gzip_window_bits) != Z_OK) throw std::bad_alloc{};
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { ::inflateEnd(&stream_); }

  std::size_t read(MutableBytes into) override {
    const std::size_t room = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(room);
    while (stream_.avail_out == room && room > 0) {
      if (stream_.avail_in == 0 && !refill()) return 0;
      inflate_some();
    }
    return room - stream_.avail_out;
  }

 private:
  /// False at the end of the stream, which must be the end of a member.
  bool refill() {
    const std::size_t count = from_->read(buffer_);
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(count);
    offset_ += count;
    if (count > 0) return true;
    if (offset_ == 0) throw Error{Errc::invalid_document, "gzip stream is empty"};
    if (inside_member_) {
      throw Error{Errc::invalid_document, fmt::format("gzip stream is cut off after {} bytes", offset_)};
    }
    return false;
  }

  void inflate_some() {
    if (!inside_member_) ::inflateReset(&stream_);
    inside_member_ = true;
    const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
    if (outcome == Z_STREAM_END) {
      inside_member_ = false;
    } else if (outcome == Z_MEM_ERROR) {
      throw std::bad_alloc{};
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      throw Error{Errc::invalid_document,
                  fmt::format("gzip stream is damaged near byte {}: {}", offset_ - stream_.avail_in,
                              stream_.msg != nullptr ? stream_.msg : "needs a dictionary")};
    }
  }

  std::unique_ptr<Source> from_;
  std::vector<std::byte> buffer_;
  z_stream stream_{};
  bool inside_member_ = false;
  std::uint64_t offset_ = 0;  // of the end of the buffer in the stream
};

}  // namespace

std::unique_ptr<Source> make_gzip_source(std::unique_ptr<Source> from) {
  return std::make_unique<GzipSource>(std::move(from));
}

}  // namespace ocibuild
