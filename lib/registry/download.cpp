// Downloads that are resumed by Range.
#include "registry/download.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

/// Reads a blob over as many connections as it takes. Every byte given out counts as progress, so the number of
/// attempts is bounded between two bytes, not for the whole.
class Download final : public Source {
 public:
  Download(Exchange& exchange, const Repository& repository, const Descriptor& blob)
      : exchange_{exchange}, host_{repository.host}, blob_{blob} {
    request_ = {.method = "GET",
                .url = repository.url("blobs/" + blob.digest.string()),
                .headers = {},
                .body = {},
                .scopes = repository.scopes()};
    exchange_.retry().run(host_.registry.name, [&] { begin(); });
  }

  std::size_t read(MutableBytes into) override {
    if (into.empty()) return 0;
    return exchange_.retry().run(host_.registry.name, [&]() -> std::size_t {
      if (!body_ && offset_ == blob_.size) return 0;  // it broke off behind the last byte
      if (!body_) resume();
      const std::size_t count = read_body(into);
      if (count == 0 && offset_ < blob_.size) end_early();
      offset_ += count;
      return count;
    });
  }

 private:
  /// Reads on where the connection holds; a body that broke off is gone.
  std::size_t read_body(MutableBytes into) {
    try {
      return body_->read(into);
    } catch (const Error& error) {
      body_.reset();
      if (error.code() != Errc::unavailable) throw;
      break_off(error.what());
    }
  }

  /// An orderly end that comes too soon may be a proxy's doing. When it comes twice at one place, that is all there is.
  void end_early() {
    if (ended_at_ == offset_) return;
    ended_at_ = offset_;
    body_.reset();
    break_off("there was no more");
  }

  [[noreturn]] void break_off(std::string_view why) const {
    TransientError error{fmt::format("the download broke off after {} of {} bytes: {}", offset_, blob_.size, why)};
    error.add_note(exchange_.asked(request_, request_.url));
    throw error;
  }

  void begin() {
    Answer answer = exchange_.send(host_, request_);
    if (answer.status() != 200) exchange_.fail(host_, request_, answer);
    body_ = std::move(answer.response.body);
  }

  /// From where it stopped, when the answer is exactly that range; else from the start, and what was given out already
  /// is read past: whoever verifies the whole sees if it was something else.
  void resume() {
    if (offset_ == 0) return begin();
    RegistryRequest request = request_;
    request.headers.add("Range", fmt::format("bytes={}-", offset_));
    Answer answer = exchange_.send(host_, request);
    const std::string exact = fmt::format("bytes {}-{}/{}", offset_, blob_.size - 1, blob_.size);
    if (answer.status() == 206 && answer.response.headers.first("Content-Range") == exact) {
      body_ = std::move(answer.response.body);
      return;
    }
    if (answer.status() == 200) {
      body_ = std::move(answer.response.body);
    } else {
      begin();
    }
    skip();
  }

  void skip() {
    std::vector<std::byte> buffer(64 << 10);
    for (std::uint64_t left = offset_; left > 0;) {
      const std::size_t count = read_body(MutableBytes{buffer}.first(std::min<std::uint64_t>(buffer.size(), left)));
      if (count == 0) {
        body_.reset();
        break_off("there was less than before");
      }
      left -= count;
    }
  }

  Exchange& exchange_;
  Host& host_;
  Descriptor blob_;
  RegistryRequest request_;
  std::unique_ptr<Source> body_;  // null: it broke off
  std::uint64_t offset_ = 0;
  std::optional<std::uint64_t> ended_at_;
};

}  // namespace

std::unique_ptr<Source> download(Exchange& exchange, const Repository& repository, const Descriptor& blob) {
  return std::make_unique<Download>(exchange, repository, blob);
}

}  // namespace ocibuild
