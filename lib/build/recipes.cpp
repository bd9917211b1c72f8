// Recipes of components.
#include "build/recipes.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "build/inherit.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/files.hpp"

namespace ocibuild {
namespace {

std::vector<std::string> environment_of(const ComponentPlan& component) {
  std::vector<std::string> env;
  for (const auto& [name, setting] : component.env) env.push_back(fmt::format("{}={}", name, setting.value));
  return env;
}

std::string user_of(const ComponentPlan& component, const BaseImage* base) {
  const bool said = component.user.origin != Origin::built_in;
  return user_for(said ? std::optional{component.user.value} : std::nullopt, base);
}

Execution execution_of(const ComponentPlan& component, const BaseImage* base) {
  Execution execution{.user = user_of(component, base),
                      .env = environment_of(component),
                      .entrypoint = {binary_path(component)},
                      .cmd = component.cmd.value,
                      .working_dir = component.workdir.value,
                      .labels = values_of(component.labels)};
  for (const std::string& port : component.expose.value) execution.exposed_ports.insert(parse_port(port));
  return execution;
}

// A layer names the directories its files are in, root's and 0755 unless it says otherwise; below the layers before it
// that would take /tmp away from everybody, and a home from its owner. What a base has there is known for these alone.
std::vector<FileEntry> special_directories(const std::vector<LayerPlan>& layers, bool on_base) {
  if (on_base) {
    const auto directory = [](const char* path, std::uint32_t mode) {
      return FileEntry{.path = path, .kind = EntryKind::directory, .mode = mode};
    };
    return {directory("root", 0700), directory("tmp", 01777), directory("var/tmp", 01777)};
  }
  std::vector<FileEntry> directories;
  for (const LayerPlan& layer : layers) {
    std::ranges::copy_if(layer.entries, std::back_inserter(directories),
                         [](const FileEntry& entry) { return entry.kind == EntryKind::directory; });
  }
  return directories;
}

void keep_attributes(std::vector<FileEntry>& files, const std::vector<FileEntry>& directories) {
  for (const FileEntry& directory : directories) {
    const auto below = [&](const FileEntry& entry) { return entry.path.starts_with(directory.path + '/'); };
    const auto same = std::ranges::find(files, directory.path, &FileEntry::path);
    if (same == files.end() && std::ranges::any_of(files, below)) {
      files.push_back(directory);
    } else if (same != files.end() && same->kind == EntryKind::directory) {
      *same = directory;
    }
  }
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
  const auto& certificates = component.ca_certificates.value;
  std::vector<LayerPlan> layers;
  if (!component.base_place) {
    layers.push_back({.title = "rootfs", .entries = rootfs_entries(component.user.value, certificates)});
  } else if (certificates) {
    layers.push_back({.title = "certificates", .entries = {certificates_entry(*certificates)}});
  }
  std::vector<FileEntry> files = collect_files(component.files, roots);
  for (const FileEntry& entry : files) {
    if (fmt::format("/{}", entry.path) != binary_path(component)) continue;
    throw Error{Errc::invalid_document, fmt::format("two sources for `/{}`: `{}` and the binary of {}", entry.path,
                                                    entry.source.string(), component.name)};
  }
  keep_attributes(files, special_directories(layers, component.base_place.has_value()));
  if (!files.empty()) layers.push_back({.title = "files", .entries = std::move(files)});
  return layers;
}

Recipe component_recipe(const ImagePlan& image, const std::string& created) {
  const ComponentPlan& component = image.component;
  Recipe recipe{
      .base = image.base,
      .layers = component.layers,
      .config = {.created = created, .platform = image.platform, .config = execution_of(component, image.base.get())},
      .annotations = values_of(component.annotations),
      .layer_options = {.compression = component.compression.value}};
  LayerPlan layer{.title = fmt::format("binary {}", component.binary)};
  layer.entries.push_back({.path = binary_path(component).substr(1), .source = image.binary, .mode = 0755});
  recipe.layers.push_back(std::move(layer));
  add_default_path(recipe);
  return recipe;
}

Annotations index_annotations(const ComponentPlan& component, const Base* base) {
  Annotations annotations = values_of(component.annotations);
  if (base != nullptr) annotate_base(annotations, base->name, base->root.digest);
  return annotations;
}

std::shared_ptr<const Base> base_of(const ComponentPlan& component, const Bases& bases) {
  if (!component.base_place) return nullptr;
  const auto found = bases.find(component.base_place->string());
  if (found != bases.end()) return found->second;
  throw Error{Errc::invalid_argument,
              fmt::format("the base {} of {} was not opened", component.base_place->string(), component.name)};
}

}  // namespace ocibuild
