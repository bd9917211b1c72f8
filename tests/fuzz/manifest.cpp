// Any text is an image manifest that round-trips, of the OCI or of the Docker kind, or it is refused.
#include "ocibuild/spec/manifest.hpp"

#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (const std::string_view media_type : {media_type::manifest, media_type::docker_manifest}) {
    const auto parse = [&](std::string_view document) { return parse_manifest(document, media_type); };
    const std::optional<Manifest> manifest = parse_or_refuse(text, parse);
    if (!manifest) continue;
    require(manifest->media_type == media_type, "the media type is the expected one");
    // Read from others, but never written: see serialize.
    if (manifest->config.media_type == media_type::empty && manifest->artifact_type.empty()) continue;
    const auto write = [](const Manifest& document) { return serialize(document); };
    require_round_trip(*manifest, parse, write);
  }
  return 0;
}
