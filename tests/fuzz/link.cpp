// next_link: whatever a server sends, a target that comes out stands in brackets in what went in.
#include <cstdint>
#include <string>
#include <string_view>

#include "ocibuild/http/link.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view value{reinterpret_cast<const char*>(bytes), size};
  const auto target = next_link(value);
  if (!target) return 0;
  require(value.find("<" + *target + ">") != std::string_view::npos, "a target is one of those sent");
  require(next_link("<" + *target + ">; rel=next") == target || target->size() > (16 << 10) - 20,
          "a link is read again the same");
  return 0;
}
