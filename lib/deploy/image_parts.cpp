// Images that are spread over several scalars, and paths to images.
#include <algorithm>

#include <fmt/format.h>

#include "deploy/image_names.hpp"
#include "deploy/image_places.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

const YamlNode* scalar_member(const YamlNode& mapping, std::string_view key) {
  const YamlNode* member = find_member(mapping, key);
  if (member == nullptr) return nullptr;
  const YamlNode& node = dereference(*member);
  return node.kind == YamlNode::Kind::scalar ? &node : nullptr;
}

[[noreturn]] void refuse_path(std::string_view text, std::string_view why) {
  throw Error{Errc::invalid_argument, fmt::format("{} is not a path to an image: {}", quote(text), why)}.add_help(
      "write it like Workflow:spec.templates[].container.image");
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
    const NewImage spelled = split_image(image->text);
    if (!spelled.tag && spelled.digest.empty()) parts.repository = image;
  }
  return parts;
}

std::string_view text_of(const YamlNode* scalar) {
  if (scalar == nullptr) return {};
  const bool is_null = scalar->style == YamlNode::Style::plain && (scalar->text == "null" || scalar->text == "~");
  return is_null ? std::string_view{} : std::string_view{scalar->text};
}

std::string NewImage::string() const {
  std::string text = name;
  if (tag && !tag->empty()) text += ":" + *tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

ImagePath ImagePath::parse(std::string_view text) {
  ImagePath path;
  std::string_view rest = text;
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    path.kind = rest.substr(0, colon);
    if (path.kind.empty()) refuse_path(text, "there is no kind before the colon");
    rest.remove_prefix(colon + 1);
  }
  for (bool more = true; more;) {
    const std::size_t dot = rest.find('.');
    std::string_view step = rest.substr(0, dot);
    more = dot != std::string_view::npos;
    rest.remove_prefix(more ? dot + 1 : rest.size());
    std::size_t lists = 0;
    for (; step.ends_with("[]"); ++lists) step.remove_suffix(2);
    if (step.empty() || step.find_first_of("[]") != std::string_view::npos) {
      refuse_path(text, "names are separated by dots, and [] after a name stands for every item of a list");
    }
    path.steps.emplace_back(step);
    path.steps.insert(path.steps.end(), lists, "[]");
  }
  return path;
}

}  // namespace ocibuild
