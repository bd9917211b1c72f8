// GET and HEAD of blobs.
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "support/registry/content.hpp"

namespace ocibuild::testing {
namespace {

/// The bytes from `first` to `last`, both included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// What `bytes=a-b`, `bytes=a-` or `bytes=-n` selects of `size` bytes; nothing when it selects none of them.
std::optional<ByteRange> selected(std::string_view range, std::uint64_t size) {
  range.remove_prefix(std::string_view{"bytes="}.size());
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || size == 0) return {};
  const auto first = number(range.substr(0, dash));
  const auto last = number(range.substr(dash + 1));
  if (!first) {
    if (dash != 0 || !last || *last == 0) return {};
    return ByteRange{size - std::min(*last, size), size - 1};
  }
  if (*first >= size || (last && *last < *first)) return {};
  return ByteRange{*first, std::min(last.value_or(size - 1), size - 1)};
}

ServerResponse part_of(const std::string& blob, std::string_view range, BlobRanges ranges) {
  std::optional<ByteRange> part = selected(range, blob.size());
  if (!part) {
    ServerResponse none = refuse(416, "RANGE_INVALID", "the range is not satisfiable");
    none.headers.add("Content-Range", fmt::format("bytes */{}", blob.size()));
    return none;
  }
  if (ranges == BlobRanges::shifted && part->first > 0) --part->first;
  ServerResponse response{.status = 206, .body = blob.substr(part->first, part->last - part->first + 1)};
  response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", part->first, part->last, blob.size()));
  return response;
}

}  // namespace

ServerResponse answer_blob(const Call& call) {
  if (call.request.method == "DELETE") return refuse(405, "UNSUPPORTED", "The operation is unsupported.");
  if (call.request.method != "GET" && call.request.method != "HEAD") {
    return refuse(405, "UNSUPPORTED", "blobs are read and uploaded");
  }
  if (!is_digest(call.route.reference)) return refuse(400, "DIGEST_INVALID", "invalid digest");
  const std::string* const blob = call.content.blob(call.route.repository, call.route.reference);
  if (blob == nullptr) return refuse(404, "BLOB_UNKNOWN", "blob unknown to registry");
  if (!call.options.blob_redirect.empty() && call.request.method == "GET") {
    const std::string location = fmt::format("{}/_blobs/{}/{}?signature=secret", call.options.blob_redirect,
                                             call.route.repository, call.route.reference);
    return {.status = 307, .headers = {{"Location", location}}};
  }
  const std::string range = call.request.headers.first("Range").value_or("");
  const bool partial = range.starts_with("bytes=") && call.options.blob_ranges != BlobRanges::ignored;
  ServerResponse response =
      partial ? part_of(*blob, range, call.options.blob_ranges) : ServerResponse{.status = 200, .body = *blob};
  if (response.status == 416) return response;
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("ETag", "\"" + call.route.reference + "\"");
  add_digest_header(response, call.options, call.route.reference);
  return response;
}

}  // namespace ocibuild::testing
