// PATCH by PATCH.
#include "registry/chunks.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/content.hpp"

namespace ocibuild {
namespace {

constexpr std::uint64_t usual_chunk = 16 << 20;
constexpr std::uint64_t largest_chunk = 64 << 20;  // it is held in memory
constexpr std::uint64_t smallest_chunk = 1 << 20;  // nginx takes no more in a request unless it is told to
constexpr int max_recoveries = 10;

/// The number of bytes the registry has by its field Range (`0-<last>`); nothing when it is missing or unreadable.
std::optional<std::uint64_t> received(const Headers& headers) {
  const auto range = headers.first("Range");
  if (!range) return {};
  const std::size_t dash = range->find('-');
  if (dash == std::string::npos) return {};
  std::uint64_t last = 0;
  const char* end = range->data() + range->size();
  const auto [stop, failure] = std::from_chars(range->data() + dash + 1, end, last);
  if (failure != std::errc{} || stop != end) return {};
  return last + 1;
}

/// Reads a blob from any place on.
class BlobReader {
 public:
  explicit BlobReader(const Blob& blob) : blob_{blob} {}

  std::string read_at(std::uint64_t offset, std::uint64_t size) {
    if (!source_ || offset != position_) seek(offset);
    std::string bytes(size, '\0');
    bytes.resize(read_fully(*source_, std::as_writable_bytes(std::span{bytes})));
    position_ += bytes.size();
    if (bytes.size() == size) return bytes;
    throw Error{Errc::digest_mismatch, fmt::format("blob {} ends early", blob_.descriptor.digest.string())};
  }

 private:
  void seek(std::uint64_t offset) {
    source_ = open_verified(blob_);
    std::vector<std::byte> skipped(64 << 10);
    for (position_ = 0; position_ < offset;) {
      const std::size_t wanted = std::min<std::uint64_t>(skipped.size(), offset - position_);
      const std::size_t count = source_->read(MutableBytes{skipped}.first(wanted));
      if (count == 0)
        throw Error{Errc::digest_mismatch, fmt::format("blob {} ends early", blob_.descriptor.digest.string())};
      position_ += count;
    }
  }

  const Blob& blob_;
  std::unique_ptr<Source> source_;
  std::uint64_t position_ = 0;
};

class ChunkedUpload {
 public:
  ChunkedUpload(Exchange& exchange, const Repository& repository, const Blob& blob, Url& location,
                RegistryRequest& request)
      : exchange_{exchange},
        repository_{repository},
        blob_{blob},
        location_{location},
        request_{request},
        reader_{blob} {}

  std::optional<Answer> send(std::uint64_t size) {
    while (offset_ < blob_.descriptor.size) {
      const std::uint64_t count = std::min(size, blob_.descriptor.size - offset_);
      Answer answer = send_one(count);
      const int status = answer.status();
      if (status == 413 && count > smallest_chunk) {
        size = smallest_chunk;
      } else if (status == 416) {
        recover(answer);
      } else if (status < 200 || status > 204) {
        return answer;
      } else {
        advance(answer, offset_ + count);
      }
    }
    return {};
  }

 private:
  Answer send_one(std::uint64_t count) {
    request_ = {.method = "PATCH",
                .url = location_,
                .headers = {{"Content-Type", "application/octet-stream"},
                            {"Content-Range", fmt::format("{}-{}", offset_, offset_ + count - 1)}},
                .body = memory_body(reader_.read_at(offset_, count)),
                .scopes = push_to(repository_.name)};
    return exchange_.send(repository_.host, request_);
  }

  void advance(const Answer& answer, std::uint64_t expected) {
    location_ = exchange_.location(repository_.host, request_, answer);
    const std::uint64_t has = received(answer.response.headers).value_or(expected);
    if (has != expected) count_recovery(has);
    if (has > expected) give_up("the registry says it has more than it was sent");
    offset_ = has;
  }

  void recover(Answer& answer) {
    if (!received(answer.response.headers)) {
      const RegistryRequest question{
          .method = "GET", .url = location_, .headers = {}, .body = {}, .scopes = push_to(repository_.name)};
      answer = exchange_.send(repository_.host, question);
    }
    auto has = received(answer.response.headers);
    if (!has || *has > blob_.descriptor.size) give_up("the registry does not say how much it has");
    if (*has == 1 && offset_ == 0) has = 0;  // `0-0` is also what distribution says of a session with nothing in it
    count_recovery(*has);
    if (answer.response.headers.first("Location")) location_ = exchange_.location(repository_.host, request_, answer);
    offset_ = *has;
  }

  /// A place that does not advance is given up the second time.
  void count_recovery(std::uint64_t place) {
    const bool stuck = place <= last_recovery_ && recoveries_ > 0;
    last_recovery_ = std::max(last_recovery_, place);
    if (++recoveries_ > max_recoveries || stuck) give_up("the registry does not take the blob in chunks");
  }

  [[noreturn]] void give_up(const char* why) const {
    TransientError error{why};
    error.add_note(exchange_.asked(request_, request_.url));
    throw error;
  }

  Exchange& exchange_;
  const Repository& repository_;
  const Blob& blob_;
  Url& location_;
  RegistryRequest& request_;
  BlobReader reader_;
  std::uint64_t offset_ = 0;
  std::uint64_t last_recovery_ = 0;
  int recoveries_ = 0;
};

}  // namespace

std::uint64_t chunk_size(const Headers& headers) {
  std::uint64_t least = 0;
  const std::string field = headers.first("OCI-Chunk-Min-Length").value_or("");
  std::from_chars(field.data(), field.data() + field.size(), least);
  return std::clamp(least, usual_chunk, largest_chunk);
}

std::optional<Answer> send_chunks(Exchange& exchange, const Repository& repository, const Blob& blob, Url& location,
                                  std::uint64_t size, RegistryRequest& request) {
  return ChunkedUpload{exchange, repository, blob, location, request}.send(size);
}

}  // namespace ocibuild
