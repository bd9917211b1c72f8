// The adapters between sources and sinks.
#include "ocibuild/base/bytes.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t transfer_size = 256 << 10;

std::size_t take_front(Bytes from, MutableBytes into) {
  const std::size_t count = std::min(from.size(), into.size());
  std::copy_n(from.begin(), count, into.begin());
  return count;
}

}  // namespace

std::size_t MemorySource::read(MutableBytes into) {
  const std::size_t count = take_front(as_bytes(content_).subspan(position_), into);
  position_ += count;
  return count;
}

std::size_t ViewSource::read(MutableBytes into) {
  const std::size_t count = take_front(rest_, into);
  rest_ = rest_.subspan(count);
  return count;
}

void TeeSink::write(Bytes bytes) {
  first_.write(bytes);
  second_.write(bytes);
}

void TeeSink::finish() {
  first_.finish();
  second_.finish();
}

std::uint64_t transfer(Source& from, Sink& to) {
  std::vector<std::byte> buffer(transfer_size);
  std::uint64_t total = 0;
  while (const std::size_t count = from.read(buffer)) {
    to.write(Bytes{buffer}.first(count));
    total += count;
  }
  return total;
}

std::size_t read_fully(Source& from, MutableBytes into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t count = from.read(into.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

std::string read_all(Source& from, std::size_t limit) {
  std::string content;
  std::vector<std::byte> buffer(std::min(limit, transfer_size) + 1);
  while (const std::size_t count = from.read(buffer)) {
    if (content.size() + count > limit) {
      throw Error{Errc::invalid_document, fmt::format("more than {} bytes, which is the limit here", limit)};
    }
    content.append(as_text(Bytes{buffer}.first(count)));
  }
  return content;
}

}  // namespace ocibuild
