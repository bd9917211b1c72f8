// Reading documents.
#include "image_facts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/store/graph.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_config_size = 16 << 20;

ImageFacts read_image(const ReadStore& store, const Descriptor& descriptor, std::string_view document) {
  ImageFacts facts{.descriptor = descriptor, .manifest = parse_manifest(document, descriptor.media_type)};
  if (is_image_config(facts.manifest.config.media_type)) {
    facts.config_document = read_blob(store, facts.manifest.config, max_config_size);
    facts.config = parse_config(facts.config_document);
  }
  return facts;
}

}  // namespace

RootFacts read_facts(const ReadStore& store, const Descriptor& root) {
  RootFacts facts{.descriptor = root};
  walk(store, root, [&](const Descriptor& node, std::string_view document) {
    const NodeKind kind = node_kind(node.media_type);
    if (kind == NodeKind::manifest) facts.images.push_back(read_image(store, node, document));
    if (kind == NodeKind::index && node.digest == root.digest) {
      facts.annotations = parse_index(document, node.media_type).annotations;
    }
  });
  return facts;
}

std::uint64_t total_size(const ImageFacts& image) {
  std::uint64_t size = image.descriptor.size + image.manifest.config.size;
  for (const Descriptor& layer : image.manifest.layers) size += layer.size;
  return size;
}

std::optional<Platform> platform_of(const ImageFacts& image) {
  if (image.descriptor.platform) return image.descriptor.platform;
  return image.config ? std::optional{image.config->platform} : std::nullopt;
}

Descriptor select_platform(const ReadStore& store, const Descriptor& root, const Platform& platform) {
  std::vector<std::string> offered;
  for (const ImageFacts& image : read_facts(store, root).images) {
    const std::optional<Platform> found = platform_of(image);
    if (!found) continue;
    if (satisfies(*found, platform)) return image.descriptor;
    offered.push_back(found->string());
  }
  throw Error{Errc::not_found, fmt::format("there is no image for {}", platform.string())}.add_note(
      offered.empty() ? "no image says its platform" : fmt::format("there are {}", fmt::join(offered, ", ")));
}

}  // namespace ocibuild
