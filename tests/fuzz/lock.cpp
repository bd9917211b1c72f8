// Any text is a lock file that reads back equal, or is refused.
#include "ocibuild/build/lock.hpp"
#include "document.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto write = [](const Lock& lock) { return serialize(lock); };
  if (const auto lock = parse_or_refuse(text, parse_lock)) require_round_trip(*lock, parse_lock, write);
  return 0;
}
