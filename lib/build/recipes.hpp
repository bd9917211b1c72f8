// From a planned component and its binaries to recipes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {

/// The layers that all platforms of a component have in common: rootfs, and the declared files when there are any. On
/// a base there is no rootfs, whose /etc/passwd would take the place of the base's; only certificates that are asked
/// for. Throws as collect_files and rootfs_entries, and Error{invalid_document} when a declared file has the place of
/// the binary.
std::vector<LayerPlan> common_layers(const ComponentPlan& component, const Workspace& workspace);

/// Where the binary is in the image, absolute.
std::string binary_path(const ComponentPlan& component);

/// One image of a component.
struct ImagePlan {
  const ComponentPlan& component;
  const Platform& platform;
  const std::filesystem::path& binary;
  std::shared_ptr<const BaseImage> base;  ///< null: scratch
};

/// The image of a component on a platform. Layers are ordered by how seldom they change: rootfs, files, binary.
Recipe component_recipe(const ImagePlan& image, const std::string& created);

/// The annotations of a component's index: those of its images, but for the digest of the base. `base` is null for
/// scratch.
Annotations index_annotations(const ComponentPlan& component, const Base* base);

/// The opened base of a component; null for scratch. Throws Error{invalid_argument} when it was not opened.
std::shared_ptr<const Base> base_of(const ComponentPlan& component, const Bases& bases);

/// Values without their origins.
Annotations values_of(const std::map<std::string, Setting<std::string>>& settings);

}  // namespace ocibuild
