// The names of roots, as index.json and archives carry them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Which annotation is a root's name when it has both.
enum class NamedBy { ref_name, image_name };

/// The root without the annotations that name it.
Descriptor without_names(Descriptor root);

/// The roots of an index.json.
std::vector<NamedRoot> named_roots(const Index& index, NamedBy named_by);

/// The root of that name. Compares the preferred annotation first and then the other; by `image_name` a short
/// reference finds its complete form. Throws Error{invalid_document} when two different roots have the name.
std::optional<Descriptor> find_root(const Index& index, std::string_view name, NamedBy named_by);

/// Gives `root` the reference name, in the place of what had it; other entries stay as they are.
void set_root(Index& index, const Descriptor& root, std::string_view name);

/// Throws Error{invalid_argument} unless `name` fits the grammar of reference names (image-spec, annotations.md), or is
/// a tag, `component:tag` or a reference.
void require_root_name(std::string_view name);

/// Throws Error{not_found} unless the store contains the root.
void require_root(const ReadStore& store, const Descriptor& root);

/// The complete reference, with the tag `latest` when it has none. Throws Error{invalid_argument}, also for a digest.
Reference tagged_reference(std::string_view name);

}  // namespace ocibuild
