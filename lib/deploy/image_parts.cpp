// Images that are spread over several scalars.
#include "deploy/image_names.hpp"
#include "deploy/image_places.hpp"

namespace ocibuild {
namespace {

const YamlNode* scalar_member(const YamlNode& mapping, std::string_view key) {
  const YamlEntry* entry = find_entry(mapping, key);
  const bool is_scalar = entry != nullptr && dereference(*entry->value).kind == YamlNode::Kind::scalar;
  return is_scalar ? entry->value : nullptr;
}

}  // namespace

ImageParts image_parts(const YamlNode& mapping, ImageSite::Form form) {
  const auto member = [&](std::string_view key) { return scalar_member(mapping, key); };
  if (form == ImageSite::Form::kustomize) {
    return {.repository = member("newName"),
            .tag = member("newTag"),
            .digest = member("digest"),
            .replaces = member("name")};
  }
  ImageParts parts{.registry = member("registry"),
                   .repository = member("repository"),
                   .tag = member("tag"),
                   .digest = member("digest")};
  // Charts that have `image` and `tag` side by side join them; a digest in `image` would come before the tag.
  const YamlNode* image = parts.repository == nullptr && parts.tag != nullptr ? member("image") : nullptr;
  if (image != nullptr) {
    const NewImage spelled = split_image(dereference(*image).text);
    if (!spelled.tag && spelled.digest.empty()) parts.repository = image;
  }
  return parts;
}

}  // namespace ocibuild
