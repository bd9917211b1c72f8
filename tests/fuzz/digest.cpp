// Any text is a digest that reads back equal, or it is refused as an invalid document.
#include "ocibuild/spec/digest.hpp"

#include <algorithm>
#include <cstdint>

#include "ocibuild/base/error.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  try {
    const Digest digest = Digest::parse(text);
    require(digest.string() == text, "a digest keeps its text");
    require(std::string{digest.algorithm()} + ":" + std::string{digest.encoded()} == text, "its parts are the whole");
    require(Digest::parse(digest.string()) == digest, "it reads back equal");
    require(text.find_first_of("/\\%?#\n") == std::string_view::npos, "it is safe in paths and URLs");
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document, "a bad digest is an invalid document");
    require(std::string_view{error.what()}.size() < 512, "messages are bounded");
  }
  require(Digest::of(text) == Digest::parse(Digest::of(text).string()), "computed digests are valid");
  return 0;
}
