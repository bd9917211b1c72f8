// Any text is a side file of pins that reads back equal, or is refused.
#include "ocibuild/deploy/pins.hpp"
#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto write = [](const Pins& pins) { return serialize(pins); };
  if (const auto pins = parse_or_refuse(text, parse_pins)) require_round_trip(*pins, parse_pins, write);
  return 0;
}
