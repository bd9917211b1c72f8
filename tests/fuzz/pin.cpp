// Any bytes are a manifest whose images can be replaced and nothing else, or are refused.
#include "document.hpp"
#include "ocibuild/deploy/images.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

const std::vector<ImagePath> paths{ImagePath::parse("spec.templates[].container.image"), ImagePath::parse("a[][].b")};

std::optional<std::string> pin(std::string_view text, const DecideImage& decide) {
  return parse_or_refuse(text, [&](std::string_view yaml) { return pin_images(yaml, decide, paths); });
}

std::size_t count_sites(std::string_view text) {
  return find_images(text, paths).size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto keep = [](const ImageSite&) { return std::nullopt; };
  if (const auto kept = pin(text, keep)) require(*kept == text, "a text without decisions stays as it is");

  const NewImage digest{.name = "ghcr.io/o/n", .tag = std::nullopt, .digest = "sha256:" + std::string(64, 'a')};
  const auto put_digest = [&](const ImageSite&) { return digest; };
  const auto pinned = pin(text, put_digest);
  if (!pinned) return 0;
  require(count_sites(*pinned) == count_sites(text), "sites stay where they are");
  require(pin(*pinned, put_digest) == pinned, "pinning twice changes nothing more");

  const auto put_placeholder = [](const ImageSite&) { return NewImage{.name = "nginx", .tag = "1", .digest = {}}; };
  const auto placeholder = pin(*pinned, put_placeholder);
  if (!placeholder) return 0;
  require(count_sites(*placeholder) == count_sites(text), "sites stay where they are with a placeholder");
  require(pin(*placeholder, put_placeholder) == placeholder, "a placeholder is put once");
  return 0;
}
