// From a planned component and its binaries to recipes.
#pragma once

#include <filesystem>
#include <string>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {

/// The layers that all platforms of a component have in common: rootfs, and the declared files when there are any.
/// Throws as collect_files and rootfs_entries, and Error{invalid_document} when a declared file has the place of the
/// binary.
std::vector<LayerPlan> common_layers(const ComponentPlan& component, const Workspace& workspace);

/// Where the binary is in the image, absolute.
std::string binary_path(const ComponentPlan& component);

/// The image of a component on a platform. Layers are ordered by how seldom they change: rootfs, files, binary.
Recipe component_recipe(const ComponentPlan& component, const Platform& platform, const std::filesystem::path& binary,
                        const std::string& created);

/// Values without their origins.
Annotations values_of(const std::map<std::string, Setting<std::string>>& settings);

}  // namespace ocibuild
