// Any text is a digests file that reads back equal, or is refused; and it can be joined with itself.
#include "document.hpp"
#include "ocibuild/deploy/digests.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

std::optional<ImageDigests> parse(std::string_view text) {
  try {
    return parse_digests(text);
  } catch (const Error& error) {
    const bool is_mismatch = error.code() == Errc::digest_mismatch;  // an index that is not what the file says
    require(is_mismatch || error.code() == Errc::invalid_document || error.code() == Errc::unsupported,
            "a bad document is invalid, unsupported, or contradicts itself");
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto digests = parse({reinterpret_cast<const char*>(bytes), size});
  if (!digests) return 0;
  const auto write = [](const ImageDigests& document) { return serialize(document); };
  require_round_trip(*digests, parse_digests, write);
  ImageDigests joined = merge_digests(std::vector{*digests, *digests});
  joined.generated_by = digests->generated_by;
  require(joined == *digests, "a file joined with itself is itself");
  return 0;
}
