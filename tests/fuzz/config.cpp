// Any text is an image configuration that round-trips, or it is refused.
#include "ocibuild/spec/config.hpp"

#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::optional<Config> config = parse_or_refuse(text, parse_config);
  if (!config) return 0;
  const auto write = [](const Config& document) { return serialize(document); };
  require_round_trip(*config, parse_config, write);
  return 0;
}
