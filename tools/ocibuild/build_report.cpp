// Results as JSON. Keys are sorted by the JSON library's ordinary object, which is a map.
#include "build_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "version.hpp"

namespace ocibuild {
namespace {

using SortedJson = nlohmann::json;

std::string document(const SortedJson& json) {
  return json.dump(2, ' ', false, SortedJson::error_handler_t::replace) + "\n";
}

SortedJson to_json(const BuiltComponent& component) {
  SortedJson platforms = SortedJson::object();
  for (const BuiltImage& image : component.images) {
    platforms[image.manifest.platform->string()] = {{"digest", image.manifest.digest.string()}, {"size", image.size}};
  }
  return {{"image", component.image},
          {"digest", component.index.digest.string()},
          {"reference", pinned_reference(component)},
          {"tags", component.tags},
          {"size", total_size(component)},
          {"platforms", platforms}};
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

std::string pinned_reference(const BuiltComponent& component) {
  return fmt::format("{}@{}", component.image, component.index.digest.string());
}

std::uint64_t total_size(const BuiltComponent& component) {
  std::uint64_t size = 0;
  for (const BuiltImage& image : component.images) size += image.size;
  return size;
}

std::string digests_json(const BuildResult& result, const std::string& revision) {
  SortedJson components = SortedJson::object();
  for (const BuiltComponent& component : result.components) components[component.name] = to_json(component);
  return document({{"schemaVersion", 1},
                   {"generatedBy", fmt::format("ocibuild {}", version)},
                   {"revision", revision},
                   {"components", components}});
}

std::string metadata_json(const BuildResult& result) {
  if (result.components.size() == 1) return document(metadata(result.components.front()));
  SortedJson all = SortedJson::object();
  for (const BuiltComponent& component : result.components) all[component.name] = metadata(component);
  return document(all);
}

}  // namespace ocibuild
