// What is in a base image, as far as programs depend on it: read from its layers, and only when a program asks.
#pragma once

#include <future>
#include <map>
#include <mutex>

#include "ocibuild/build/base.hpp"
#include "ocibuild/build/runnable.hpp"

namespace ocibuild {

/// Reads the layers of a base, lowest first, each through BaseImage::store and verified against its digest and its
/// diff_id. Whiteouts are honoured; kept are symbolic links, libraries and the configuration of ld.so, nothing else, so
/// that memory does not grow with the base. Nothing is unpacked. A layer that must not be distributed and is not in the
/// store counts as empty.
///
/// Throws Error{invalid_document} for layers that are no tar, or too much; {digest_mismatch}; and as ReadStore::open.
ImageContents read_contents(const BaseImage& base);

/// The contents of each base image of a build, read once. Safe for use by several threads at once; whoever comes second
/// waits for the first.
class BaseContents {
 public:
  /// Throws as read_contents, each time. The result lives as long as this object.
  const ImageContents& of(const BaseImage& base);

 private:
  std::mutex mutex_;
  std::map<Digest, std::shared_future<ImageContents>> contents_;  // by manifest
};

}  // namespace ocibuild
