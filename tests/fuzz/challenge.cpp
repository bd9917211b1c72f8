// parse_challenges: whatever a server sends, challenges come out that are written back and read again the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "ocibuild/http/challenge.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

namespace {

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string written(const std::vector<Challenge>& challenges) {
  std::string text;
  for (const Challenge& challenge : challenges) {
    text += (text.empty() ? "" : ", ") + challenge.scheme;
    const char* separator = " ";
    for (const auto& [name, value] : challenge.parameters) {
      text += separator + name + "=" + quoted(value);
      separator = ", ";
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto challenges = parse_challenges({reinterpret_cast<const char*>(bytes), size});
  for (const Challenge& challenge : challenges) require(!challenge.scheme.empty(), "a challenge has a scheme");
  const std::string text = written(challenges);
  if (text.size() < 16 << 10)
    require(parse_challenges(text) == challenges, "what was read is written and read the same");
  return 0;
}
