// Descriptors of bytes, and reading bytes against their descriptor.
#include "ocibuild/spec/descriptor.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

Descriptor describe(std::string_view media_type, std::string_view content) {
  return {.media_type = std::string{media_type}, .digest = Digest::of(content), .size = content.size()};
}

VerifyingSource::VerifyingSource(std::unique_ptr<Source> from, Descriptor descriptor)
    : from_{std::move(from)}, descriptor_{std::move(descriptor)}, hasher_{descriptor_.digest.algorithm()} {}

std::size_t VerifyingSource::read(MutableBytes into) {
  if (!failure_.empty()) throw Error{Errc::digest_mismatch, failure_};
  if (ended_ || into.empty()) return 0;
  const std::size_t count = from_->read(into);
  if (count == 0) {
    ended_ = true;
    verify();
    return 0;
  }
  size_ += count;
  if (size_ > descriptor_.size) {
    fail(fmt::format("blob {} has at least {} bytes, its descriptor says {}", descriptor_.digest.string(), size_,
                     descriptor_.size));
  }
  hasher_.update(into.first(count));
  return count;
}

void VerifyingSource::verify() {
  if (size_ != descriptor_.size) {
    fail(fmt::format("blob {} has {} bytes, its descriptor says {}", descriptor_.digest.string(), size_,
                     descriptor_.size));
  }
  const Digest found = hasher_.finish();
  if (found != descriptor_.digest) {
    fail(fmt::format("blob {} has the digest {}", descriptor_.digest.string(), found.string()));
  }
}

void VerifyingSource::fail(std::string message) {
  failure_ = std::move(message);
  throw Error{Errc::digest_mismatch, failure_};
}

}  // namespace ocibuild
