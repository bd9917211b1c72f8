// Recipes of components.
#include "build/recipes.hpp"

#include <fmt/format.h>

#include "build/contents.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/files.hpp"

namespace ocibuild {
namespace {

std::vector<std::string> environment_of(const ComponentPlan& component) {
  std::vector<std::string> env;
  if (!component.env.contains("PATH")) env.push_back(fmt::format("PATH={}", search_path));
  for (const auto& [name, setting] : component.env) env.push_back(fmt::format("{}={}", name, setting.value));
  return env;
}

Execution execution_of(const ComponentPlan& component) {
  Execution execution{.user = component.user.value.string(),
                      .env = environment_of(component),
                      .entrypoint = {binary_path(component)},
                      .cmd = component.cmd.value,
                      .working_dir = component.workdir.value,
                      .labels = values_of(component.labels)};
  for (const std::string& port : component.expose.value) execution.exposed_ports.insert(parse_port(port));
  return execution;
}

}  // namespace

std::string binary_path(const ComponentPlan& component) {
  return fmt::format("/usr/local/bin/{}", component.binary);
}

Annotations values_of(const std::map<std::string, Setting<std::string>>& settings) {
  Annotations values;
  for (const auto& [key, setting] : settings) values.emplace(key, setting.value);
  return values;
}

std::vector<LayerPlan> common_layers(const ComponentPlan& component, const Workspace& workspace) {
  const FileRoots roots = file_roots(*find_member(workspace, component.package), workspace);
  std::vector<LayerPlan> layers{
      {.title = "rootfs", .entries = rootfs_entries(component.user.value, component.ca_certificates.value)}};
  std::vector<FileEntry> files = collect_files(component.files, roots);
  for (const FileEntry& entry : files) {
    if (fmt::format("/{}", entry.path) != binary_path(component)) continue;
    throw Error{Errc::invalid_document, fmt::format("two sources for `/{}`: `{}` and the binary of {}", entry.path,
                                                    entry.source.string(), component.name)};
  }
  if (!files.empty()) layers.push_back({.title = "files", .entries = std::move(files)});
  return layers;
}

Recipe component_recipe(const ComponentPlan& component, const Platform& platform, const std::filesystem::path& binary,
                        const std::string& created) {
  Recipe recipe{.layers = component.layers,
                .config = {.created = created, .platform = platform, .config = execution_of(component)},
                .annotations = values_of(component.annotations),
                .layer_options = {.compression = component.compression.value}};
  LayerPlan layer{.title = fmt::format("binary {}", component.binary)};
  layer.entries.push_back({.path = binary_path(component).substr(1), .source = binary, .mode = 0755});
  recipe.layers.push_back(std::move(layer));
  return recipe;
}

}  // namespace ocibuild
