// Any bytes are a layer that a base can have: what is in it is found, or it is refused, and nothing else happens.
#include <cstdint>
#include <string>
#include <string_view>

#include "build/base_contents.hpp"
#include "build/library_directories.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "property.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

Descriptor put(MemoryStore& store, std::string_view media_type, std::string content) {
  const Blob blob = memory_blob(media_type, std::move(content));
  store.put(blob);
  return blob.descriptor;
}

/// A base that has the layer twice: the second time it lies upon what the first put there.
BaseImage base_of(std::string_view layer) {
  const auto store = std::make_shared<MemoryStore>();
  const Descriptor descriptor = put(*store, media_type::layer_tar, std::string{layer});
  const Descriptor none = put(*store, media_type::config, "{}");
  return {.name = {},
          .platform = Platform::parse("linux/amd64"),
          .descriptor = none,
          .manifest = {.config = none, .layers = {descriptor, descriptor}},
          .config = {.diff_ids = {descriptor.digest, descriptor.digest}},
          .store = store};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view layer{reinterpret_cast<const char*>(bytes), size};
  for (const std::string& directory : parse_loader_configuration(layer).directories) {
    require(directory.starts_with('/'), "a configured directory is absolute");
  }
  try {
    const ImageContents contents = read_contents(base_of(layer));
    const auto place = contents.find("/lib64/ld-linux-x86-64.so.2");
    require(!place || contents.find(*place) == place, "what was found is found where it is");
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document || error.code() == Errc::digest_mismatch,
            "a bad layer is invalid or not what its config says");
  }
  return 0;
}
