// Any bytes are an artifact with a digests file of bounded size, or are refused.
#include "deploy/artifact_zip.hpp"

#include <cstdint>

#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/digests.hpp"
#include "property.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view zip{reinterpret_cast<const char*>(bytes), size};
  try {
    const std::string content = digests_in_zip(zip);
    require(content.size() <= max_digests_file, "what is taken out is bounded");
    require(digests_in_zip(zip) == content, "the same zip gives the same content");
  } catch (const Error& error) {
    require(error.code() == Errc::digest_mismatch || error.code() == Errc::invalid_document,
            "a bad artifact is a mismatch or an invalid document");
  }
  return 0;
}
