// Any text is an image index that round-trips, of the OCI or of the Docker kind, or it is refused.
#include "ocibuild/spec/manifest.hpp"

#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (const std::string_view media_type : {media_type::index, media_type::docker_list}) {
    const auto parse = [&](std::string_view document) { return parse_index(document, media_type); };
    const std::optional<Index> index = parse_or_refuse(text, parse);
    if (!index) continue;
    require(index->media_type == media_type, "the media type is the expected one");
    const auto write = [](const Index& document) { return serialize(document); };
    require_round_trip(*index, parse, write);
  }
  return 0;
}
