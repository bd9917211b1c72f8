// What all stores share.
#include "ocibuild/store/store.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "store/shared_source.hpp"

namespace ocibuild {

Blob memory_blob(std::string_view media_type, std::string content) {
  Descriptor descriptor = describe(media_type, content);
  auto shared = std::make_shared<const std::string>(std::move(content));
  return {.descriptor = std::move(descriptor), .open = [shared] { return std::make_unique<SharedSource>(shared); }};
}

std::filesystem::path ReadStore::file_of(const Descriptor&) const {
  return {};
}

std::string read_blob(const ReadStore& store, const Descriptor& descriptor, std::size_t limit) {
  if (descriptor.size > limit) {
    throw Error{Errc::invalid_document, fmt::format("blob {} has {} bytes, the limit here is {}",
                                                    descriptor.digest.string(), descriptor.size, limit)};
  }
  return read_all(*store.open(descriptor), limit);
}

}  // namespace ocibuild
