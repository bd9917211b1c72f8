// Comparing images by what they mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/deploy/images.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {

/// The reference that a text is, or nothing when it is none.
std::optional<Reference> parse_image(std::string_view text);

/// True when both name the same image: `nginx` and `docker.io/library/nginx:latest` do. What is no reference is equal
/// to itself only.
bool is_same_image(std::string_view one, std::string_view other);

/// True when both name the same repository, with whatever tags and digests. What is no reference is equal to itself
/// only.
bool has_same_name(std::string_view one, std::string_view other);

/// The component that is named as `ocibuild://COMPONENT`, or nothing where an image is named in another way.
std::optional<std::string> named_component(std::string_view text);

/// The parts of a reference as they are spelled.
NewImage split_image(std::string_view text);

/// Whether a site that names `before` changes when it is to name `after`: a tag beside a digest is no change.
bool changes_image(std::string_view before, const NewImage& after, ImageSite::Form form);

}  // namespace ocibuild
