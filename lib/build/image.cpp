// Images and indexes as graphs in a store.
#include "ocibuild/build/image.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "build/inherit.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild {
namespace {

auto platform_order(const Platform& platform) {
  return std::tie(platform.os, platform.architecture, platform.variant, platform.os_version);
}

}  // namespace

Descriptor build_image(const Recipe& recipe, Store& into) {
  LayerMemo memo;
  return build_image(recipe, into, memo);
}

Descriptor build_image(const Recipe& recipe, Store& into, LayerMemo& memo, const TakeLayer& layer_ready) {
  Config config = inherited_config(recipe);
  std::vector<Descriptor> layers = recipe.base ? recipe.base->manifest.layers : std::vector<Descriptor>{};
  const Family family = recipe.base ? family_of(recipe.base->manifest.media_type) : Family::oci;
  for (const LayerPlan& plan : recipe.layers) {
    if (plan.entries.empty()) continue;
    const Layer layer = memo.write(plan.entries, recipe.layer_options, into);
    if (layer_ready) layer_ready(layer);
    config.diff_ids.push_back(layer.diff_id);
    config.history.push_back({.created = config.created, .created_by = fmt::format("ocibuild {}", plan.title)});
    layers.push_back(layer.descriptor);
    layers.back().media_type = in_family(family, layer.descriptor.media_type);
  }
  const Blob config_blob = memory_blob(in_family(family, media_type::config), serialize(config));
  into.put(config_blob);
  Manifest manifest{.media_type = std::string{in_family(family, media_type::manifest)},
                    .config = config_blob.descriptor,
                    .layers = std::move(layers),
                    .annotations = recipe.annotations};
  if (recipe.base) annotate_base(manifest.annotations, recipe.base->name, recipe.base->descriptor.digest);
  const Blob manifest_blob = memory_blob(manifest.media_type, serialize(manifest));
  into.put(manifest_blob);
  Descriptor described = manifest_blob.descriptor;
  described.platform = config.platform;
  return described;
}

Descriptor build_index(std::span<const Descriptor> images, const Annotations& annotations, Store& into) {
  Index index{.manifests = {images.begin(), images.end()}, .annotations = annotations};
  for (const Descriptor& image : index.manifests) {
    if (image.platform) continue;
    throw Error{Errc::invalid_argument, fmt::format("image {} has no platform", image.digest.string())};
  }
  const auto before = [](const Descriptor& a, const Descriptor& b) {
    return platform_order(*a.platform) < platform_order(*b.platform);
  };
  std::sort(index.manifests.begin(), index.manifests.end(), before);
  const auto same = [](const Descriptor& a, const Descriptor& b) { return *a.platform == *b.platform; };
  const auto twice = std::adjacent_find(index.manifests.begin(), index.manifests.end(), same);
  if (twice != index.manifests.end()) {
    throw Error{Errc::invalid_argument, fmt::format("two images for {}", twice->platform->string())};
  }
  const auto is_docker = [](const Descriptor& image) { return family_of(image.media_type) == Family::docker; };
  const bool is_list = !images.empty() && std::ranges::all_of(images, is_docker);
  index.media_type = in_family(is_list ? Family::docker : Family::oci, media_type::index);
  const Blob blob = memory_blob(index.media_type, serialize(index));
  into.put(blob);
  return blob.descriptor;
}

std::uint64_t image_size(const ReadStore& store, const Descriptor& manifest) {
  const Manifest parsed = parse_manifest(read_blob(store, manifest, max_manifest_size), manifest.media_type);
  std::uint64_t size = manifest.size + parsed.config.size;
  for (const Descriptor& layer : parsed.layers) size += layer.size;
  return size;
}

}  // namespace ocibuild
