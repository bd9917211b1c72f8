// Digests of images that a tag names now: what is left when nobody wrote down what a build made.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "network.hpp"
#include "ocibuild/deploy/digests.hpp"
#include "progress.hpp"

namespace ocibuild {

/// By component the name of its image, as `ghcr.io/owner/name`.
using ComponentImages = std::map<std::string, std::string>;

/// Reads `COMPONENT=NAME` of each. Throws Error{invalid_argument}.
ComponentImages parse_component_images(const std::vector<std::string>& texts);

/// Asks the registries what `tag` names for each component. The documents are read and verified, layers are not. There
/// is no revision: the images may be of any commits. An index that is not of our making is left out.
/// Throws Error{not_found} when a component has no such tag, {unsupported} when it names no image, and as
/// open_for_reading.
ImageDigests tagged_digests(const ComponentImages& images, const std::string& tag, Network& network,
                            Progress& progress);

/// The same for one image, which `reference` names by a tag.
ComponentDigests tagged_component(const Reference& reference, Network& network);

}  // namespace ocibuild
