// Zstandard frames of fixed content size, and a reader of any frames, through libzstd.
#include "layer/zstd.hpp"

#include <algorithm>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <zstd.h>

#include "layer/recycler.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr int level = 3;
constexpr std::size_t frame_size = 4 << 20;
constexpr int max_window_log = 27;  // 128 MiB, the most that `zstd -d` takes without being told so
constexpr std::size_t input_size = 128 << 10;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const noexcept { ::ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
};

class FrameEncoder {
 public:
  FrameEncoder() : context_{::ZSTD_createCCtx()} {
    if (!context_) throw std::bad_alloc{};
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_contentSizeFlag, 1);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  std::string encode(Bytes content) {
    std::string frame(::ZSTD_compressBound(content.size()), '\0');
    const std::size_t size =
        ::ZSTD_compress2(context_.get(), frame.data(), frame.size(), content.data(), content.size());
    if (::ZSTD_isError(size) != 0U) {
      throw Error{Errc::unsupported, fmt::format("zstd cannot compress: {}", ::ZSTD_getErrorName(size))};
    }
    frame.resize(size);
    return frame;
  }

 private:
  std::unique_ptr<ZSTD_CCtx, FreeContext> context_;
};

class ZstdSource final : public Source {
 public:
  explicit ZstdSource(std::unique_ptr<Source> from)
      : from_{std::move(from)}, context_{::ZSTD_createDCtx()}, buffer_(input_size) {
    if (!context_) throw std::bad_alloc{};
    ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log);
  }

  std::size_t read(MutableBytes into) override {
    if (into.empty()) return 0;
    while (true) {
      if (input_.pos < input_.size || awaited_ > 0) {
        const std::size_t count = decode(into);
        if (count > 0) return count;
      }
      if (input_.pos == input_.size && !refill()) return 0;
    }
  }

 private:
  std::size_t decode(MutableBytes into) {
    ZSTD_outBuffer output{.dst = into.data(), .size = into.size(), .pos = 0};
    awaited_ = ::ZSTD_decompressStream(context_.get(), &output, &input_);
    if (::ZSTD_isError(awaited_) != 0U) {
      throw Error{Errc::invalid_document, fmt::format("zstd stream is damaged near byte {}: {}", offset_ + input_.pos,
                                                      ::ZSTD_getErrorName(awaited_))};
    }
    return output.pos;
  }

  /// False at the end of the stream, which must be the end of a frame.
  bool refill() {
    offset_ += input_.size;
    input_ = {.src = buffer_.data(), .size = from_->read(buffer_), .pos = 0};
    if (input_.size > 0) return true;
    if (offset_ == 0) throw Error{Errc::invalid_document, "zstd stream is empty"};
    if (awaited_ > 0) {
      throw Error{Errc::invalid_document, fmt::format("zstd stream is cut off after {} bytes", offset_)};
    }
    return false;
  }

  std::unique_ptr<Source> from_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::vector<std::byte> buffer_;
  ZSTD_inBuffer input_{.src = nullptr, .size = 0, .pos = 0};
  std::size_t awaited_ = 0;   // 0 between frames, else more input or more room is needed
  std::uint64_t offset_ = 0;  // of the buffer in the stream
};

}  // namespace

BlockFormat zstd_format() {
  const auto encoders = std::make_shared<Recycler<FrameEncoder>>();
  return BlockFormat{
      .block_size = frame_size,
      .history_size = 0,
      .header = {},
      .compress =
          [encoders](const Block& block) {
            const auto encode = [&](FrameEncoder& encoder) { return encoder.encode(block.content()); };
            return CompressedBlock{.bytes = encoders->with(encode), .crc32 = 0};
          },
      .make_trailer = [](const StreamTotals&) { return std::string{}; },
  };
}

std::string_view zstd_version() noexcept {
  return ::ZSTD_versionString();
}

std::unique_ptr<Source> make_zstd_source(std::unique_ptr<Source> from) {
  return std::make_unique<ZstdSource>(std::move(from));
}

}  // namespace ocibuild
