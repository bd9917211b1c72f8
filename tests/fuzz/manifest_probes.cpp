// Any text is a manifest whose probes can be asked, or is refused.
#include "ocibuild/deploy/manifest_probes.hpp"

#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto manifests = parse_or_refuse(text, read_probes);
  if (!manifests) return 0;
  BaseUrls base_urls;
  for (const HttpProbe& probe : manifests->probes) {
    base_urls.emplace(probe.workload, Url::parse("http://127.0.0.1:8080/below"));
  }
  for (const ProbeTarget& target : probe_targets(*manifests, base_urls)) {
    require(target.url.path().starts_with("/below/"), "a target is below its base URL");
    require(target.url.origin().port == 8080, "a manifest does not choose whom we ask");
  }
  return 0;
}
