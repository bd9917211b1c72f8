// Where in a tree of YAML images are named.
#pragma once

#include <span>
#include <vector>

#include "deploy/yaml.hpp"
#include "ocibuild/deploy/images.hpp"

namespace ocibuild {

/// A site together with the node that holds it.
struct ImagePlace {
  ImageSite site;
  const YamlNode* node = nullptr;  ///< for Form::reference a scalar or its alias, else the mapping of the parts itself
};

/// All sites in the order of the text. The documents must outlive the result. Throws Error{unsupported} for templates.
std::vector<ImagePlace> find_image_places(const YamlDocuments& documents, std::span<const ImagePath> paths);

/// Parses a text of images. Throws as parse_yaml, but Error{unsupported} with help for a template of Helm.
YamlDocuments parse_image_text(std::string_view yaml);

/// The scalars of a site of several parts, or the aliases that stand for them there; null where there is none.
struct ImageParts {
  const YamlNode* registry = nullptr;
  const YamlNode* repository = nullptr;  ///< `repository`, or `newName`
  const YamlNode* tag = nullptr;         ///< `tag`, or `newTag`
  const YamlNode* digest = nullptr;
  const YamlNode* replaces = nullptr;  ///< `name` in Kustomize
};

/// Finds the parts in a mapping.
ImageParts image_parts(const YamlNode& mapping, ImageSite::Form form);

}  // namespace ocibuild
