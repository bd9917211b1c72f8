// Cargo features as packages declare them, and as cargo's command line names them.
#pragma once

#include <string>
#include <vector>

#include "ocibuild/build/settings.hpp"
#include "ocibuild/build/workspace.hpp"

namespace ocibuild {

/// True when a package built with its default features and `requested` has every one of `required`.
bool enables(const Package& package, const std::vector<std::string>& requested,
             const std::vector<std::string>& required);

/// The spelling of `features` that means only this package, whatever is built beside it: `tls` becomes `engine/tls`.
/// A feature of the command line or environment that the package does not have is left out; one that its own metadata
/// asks for throws Error{invalid_document} naming the nearest.
std::vector<std::string> qualify_features(const Package& package, const Setting<std::vector<std::string>>& features);

}  // namespace ocibuild
