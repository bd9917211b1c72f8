// Any text is a reference that reads back equal, or it is refused as an invalid argument.
#include "ocibuild/spec/reference.hpp"

#include <cstdint>

#include "ocibuild/base/error.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  try {
    const Reference reference = Reference::parse(text);
    require(is_repository(reference.repository), "the repository fits its grammar");
    require(reference.tag.empty() || is_tag(reference.tag), "the tag fits its grammar");
    require(reference.registry.find_first_of("/@ \n") == std::string::npos, "the registry is a host");
    require(Reference::parse(reference.string()) == reference, "the whole reference reads back equal");
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_argument, "a bad reference is an invalid argument");
    require(std::string_view{error.what()}.size() < 2048, "messages are bounded");
  }
  return 0;
}
