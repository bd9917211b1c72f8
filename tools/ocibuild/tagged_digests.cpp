// From tags to digests.
#include "tagged_digests.hpp"

#include <fmt/format.h>

#include "digests_file.hpp"
#include "image_facts.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

/// buildx lists attestations as images for the platform unknown/unknown.
constexpr std::string_view attestation_os = "unknown";

void take_platforms(const RootFacts& facts, ComponentDigests& digests) {
  for (const ImageFacts& image : facts.images) {
    const std::optional<Platform> platform = platform_of(image);
    if (!platform || platform->os == attestation_os) continue;
    const PlatformDigest entry{image.descriptor.digest, total_size(image)};
    if (digests.platforms.emplace(platform->string(), entry).second) digests.size += entry.size;
  }
}

/// The index, where the digests file can have it: it names just these platforms, and has our spelling.
std::optional<Index> own_index(const OpenedRoot& opened, const ComponentDigests& digests) {
  if (node_kind(opened.root.media_type) != NodeKind::index) return {};
  Index index = parse_index(read_blob(*opened.store, opened.root, max_manifest_size), opened.root.media_type);
  const bool is_own = describe(index).digest == digests.digest && index.manifests.size() == digests.platforms.size();
  return is_own ? std::optional{std::move(index)} : std::nullopt;
}

/// A name without tag and digest.
Reference parse_image(const std::string& name) {
  const Reference reference = Reference::parse(name);
  if (reference.tag.empty() && !reference.digest) return reference;
  throw Error{Errc::invalid_argument, fmt::format("`{}` has a tag or a digest of its own", name)};
}

}  // namespace

ComponentDigests tagged_component(const Reference& reference, Network& network) {
  const OpenedRoot opened =
      open_for_reading({.kind = PlaceKind::registry, .path = {}, .name = reference.string()}, network);
  ComponentDigests digests{.image = reference.name(), .digest = opened.root.digest, .tags = {reference.tag}};
  take_platforms(read_facts(*opened.store, opened.root), digests);
  if (digests.platforms.empty()) {
    throw Error{Errc::unsupported, fmt::format("{} is no image", reference.string())};
  }
  digests.index = own_index(opened, digests);
  return digests;
}

ComponentImages parse_component_images(const std::vector<std::string>& texts) {
  ComponentImages images;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string component = text.substr(0, equals);
    if (equals == std::string::npos || !is_component_name(component)) {
      throw Error{Errc::invalid_argument,
                  fmt::format("--image: '{}' is not of the form COMPONENT=NAME, as in engine=ghcr.io/o/engine", text)};
    }
    const Reference image = with_context("--image", [&] { return parse_image(text.substr(equals + 1)); });
    if (!images.emplace(component, image.name()).second) {
      throw Error{Errc::invalid_argument, fmt::format("--image: {} was given twice", component)};
    }
  }
  return images;
}

ImageDigests tagged_digests(const ComponentImages& images, const std::string& tag, Network& network,
                            Progress& progress) {
  ImageDigests digests{.generated_by = generated_by(), .revision = {}, .components = {}};
  for (const auto& [component, image] : images) {
    progress.update({.subject = component, .activity = "looking up"});
    Reference reference = parse_image(image);
    reference.tag = tag;
    digests.components.emplace(component, with_context(fmt::format("component {}", component),
                                                       [&] { return tagged_component(reference, network); }));
    progress.finish(component, "");
  }
  return digests;
}

}  // namespace ocibuild
