// From the result of a build to documents. Keys are sorted by the JSON library's ordinary object, which is a map.
#include "build_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "digests_file.hpp"

namespace ocibuild {
namespace {

using SortedJson = nlohmann::json;

std::string document(const SortedJson& json) {
  return json.dump(2, ' ', false, SortedJson::error_handler_t::replace) + "\n";
}

ComponentDigests component_digests(const BuiltComponent& component, const ReadStore& store) {
  ComponentDigests digests{.image = component.image, .digest = component.index.digest, .tags = component.tags};
  for (const BuiltImage& image : component.images) {
    digests.size += image.size;
    digests.platforms.emplace(image.manifest.platform->string(), PlatformDigest{image.manifest.digest, image.size});
  }
  digests.index = parse_index(read_blob(store, component.index, max_manifest_size), component.index.media_type);
  return digests;
}

SortedJson metadata(const BuiltComponent& component) {
  std::string names;
  for (const std::string& tag : component.tags) {
    names += fmt::format("{}{}:{}", names.empty() ? "" : ",", component.image, tag);
  }
  const Descriptor& index = component.index;
  return {{"containerimage.digest", index.digest.string()},
          {"containerimage.descriptor",
           {{"mediaType", index.media_type}, {"digest", index.digest.string()}, {"size", index.size}}},
          {"image.name", names}};
}

}  // namespace

ImageDigests image_digests(const BuildResult& result, const std::string& revision, const ReadStore& store) {
  ImageDigests digests{.generated_by = generated_by(), .revision = revision, .components = {}};
  for (const BuiltComponent& component : result.components) {
    digests.components.emplace(component.name, component_digests(component, store));
  }
  return digests;
}

std::string metadata_json(const BuildResult& result) {
  if (result.components.size() == 1) return document(metadata(result.components.front()));
  SortedJson all = SortedJson::object();
  for (const BuiltComponent& component : result.components) all[component.name] = metadata(component);
  return document(all);
}

}  // namespace ocibuild
