// Downloads that are resumed by Range.
#include "registry/download.hpp"

#include <algorithm>

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
    bool broken = false;
    return exchange_.retry().run(host_.registry.name, [&] {
      if (broken) resume();
      broken = true;
      return read_on(into);
    });
  }

 private:
  std::size_t read_on(MutableBytes into) {
    try {
      const std::size_t count = body_->read(into);
      if (count == 0 && offset_ < blob_.size) {
        throw TransientError{fmt::format("the download ended after {} of {} bytes", offset_, blob_.size)};
      }
      offset_ += count;
      return count;
    } catch (const TransientError&) {
      throw;
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable) throw;
      TransientError transient{fmt::format("the download broke off after {} of {} bytes: {}", offset_, blob_.size, error.what())};
      transient.add_note(fmt::format("asked: GET {}", request_.url.redacted()));
      throw transient;
    }
  }

  void begin() {
    Answer answer = exchange_.send(host_, request_);
    if (answer.status() != 200) exchange_.fail(host_, request_, answer);
    body_ = std::move(answer.response.body);
  }

  /// From where it stopped, when the answer is exactly that range; else from the start, and what was given out already
  /// is read past: whoever verifies the whole sees if it was something else.
  void resume() {
    if (offset_ > 0) {
      RegistryRequest request = request_;
      request.headers.add("Range", fmt::format("bytes={}-", offset_));
      Answer answer = exchange_.send(host_, request);
      const std::string exact = fmt::format("bytes {}-{}/{}", offset_, blob_.size - 1, blob_.size);
      if (answer.status() == 206 && answer.response.headers.first("Content-Range") == exact) {
        body_ = std::move(answer.response.body);
        return;
      }
    }
    begin();
    skip();
  }

  void skip() {
    std::vector<std::byte> buffer(64 << 10);
    for (std::uint64_t left = offset_; left > 0;) {
      const std::size_t count = body_->read(MutableBytes{buffer}.first(std::min<std::uint64_t>(buffer.size(), left)));
      if (count == 0) throw TransientError{"the download ended early"};
      left -= count;
    }
  }

  Exchange& exchange_;
  Host& host_;
  Descriptor blob_;
  RegistryRequest request_;
  std::unique_ptr<Source> body_;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::unique_ptr<Source> download(Exchange& exchange, const Repository& repository, const Descriptor& blob) {
  return std::make_unique<Download>(exchange, repository, blob);
}

}  // namespace ocibuild
