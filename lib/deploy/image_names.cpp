// References as texts, and the parts of them.
#include "deploy/image_names.hpp"

#include "ocibuild/base/error.hpp"

namespace ocibuild {

std::string NewImage::string() const {
  std::string text = name;
  if (tag && !tag->empty()) text += ":" + *tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

std::optional<Reference> parse_image(std::string_view text) {
  try {
    return Reference::parse(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_same_image(std::string_view one, std::string_view other) {
  const auto a = parse_image(one);
  const auto b = parse_image(other);
  if (!a || !b) return one == other;
  return a->name() == b->name() && a->tag_or_digest() == b->tag_or_digest();
}

bool has_same_name(std::string_view one, std::string_view other) {
  const auto a = parse_image(one);
  const auto b = parse_image(other);
  return a && b ? a->name() == b->name() : one == other;
}

std::optional<std::string> named_component(std::string_view text) {
  constexpr std::string_view scheme = "ocibuild://";
  if (!text.starts_with(scheme)) return std::nullopt;
  return std::string{text.substr(scheme.size())};
}

NewImage split_image(std::string_view text) {
  NewImage image;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    image.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const std::size_t colon = text.rfind(':');
  const std::size_t slash = text.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    image.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  image.name = text;
  return image;
}

bool changes_image(std::string_view before, const NewImage& after, ImageSite::Form form) {
  if (form == ImageSite::Form::reference) return before != after.string();
  return !is_same_image(before, after.string());
}

}  // namespace ocibuild
