// What a place is made of.
#include "deploy/place_list.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "deploy/image_names.hpp"

namespace ocibuild {
namespace {

using Kind = YamlNode::Kind;
using Form = ImageSite::Form;

// `{{ .Values.image }}` without quotes is a mapping with a mapping as key.
bool is_template(const YamlNode& node) {
  return node.kind == Kind::mapping && node.style == YamlNode::Style::flow && node.entries.size() == 1 &&
         node.entries.front().key->kind == Kind::mapping;
}

// The image that several parts name together.
std::string joined_parts(const ImageParts& parts) {
  std::string image{text_of(parts.repository)};
  if (image.empty()) image = text_of(parts.replaces);
  if (named_component(image)) return image;
  if (!text_of(parts.registry).empty()) image = fmt::format("{}/{}", text_of(parts.registry), image);
  if (!text_of(parts.tag).empty()) image += fmt::format(":{}", text_of(parts.tag));
  if (!text_of(parts.digest).empty() && image.find('@') == std::string::npos) {
    image += fmt::format("@{}", text_of(parts.digest));
  }
  return image;
}

}  // namespace

Error template_error() {
  return Error{Errc::unsupported, "this is a template of Helm, with {{ }}, and not YAML"}.add_help(
      "pin the chart's values.yaml, or the output of 'helm template'");
}

std::string join_path(std::string_view path, std::string_view step) {
  return fmt::format("{}{}{}", path, path.empty() || step.starts_with('[') ? "" : ".", step);
}

std::string item_step(const YamlNode& item, std::size_t index) {
  const std::string_view name = member_text(item, "name");
  return name.empty() ? fmt::format("[{}]", index) : fmt::format("[{}]", name);
}

void PlaceList::add_member(const YamlNode& mapping, std::string_view key, const std::string& path, ImageSite site) {
  const YamlEntry* entry = find_entry(mapping, key);
  if (entry == nullptr) return;
  if (!site.kind.empty()) site.container = member_text(mapping, "name");
  add_value(*entry->value, mapping, join_path(path, key), std::move(site));
}

void PlaceList::add_value(const YamlNode& value, const YamlNode& around, std::string path, ImageSite site) {
  const YamlNode& node = dereference(value);
  if (is_template(node)) throw template_error();
  if (node.kind == Kind::mapping && image_parts(node, Form::values).repository != nullptr) {
    return add_parts(node, Form::values, std::move(path), std::move(site));
  }
  if (node.kind != Kind::scalar) return;
  const bool is_own = value.begin >= around.begin && value.begin < around.end;  // and not from a merge key
  site.line = is_own ? value.line : around.line;
  site.path = std::move(path);
  site.image = node.text.substr(0, node.text.find_last_not_of('\n') + 1);
  places_.push_back({.site = std::move(site), .node = &value});
}

void PlaceList::add_parts(const YamlNode& mapping, Form form, std::string path, ImageSite site) {
  const ImageParts parts = image_parts(mapping, form);
  site.form = form;
  site.image = joined_parts(parts);
  site.tag = text_of(parts.tag);
  site.replaces = text_of(parts.replaces);
  site.path = std::move(path);
  site.line = mapping.line;
  places_.push_back({.site = std::move(site), .node = &mapping});
}

std::vector<ImagePlace> PlaceList::take() {
  const auto order = [](const ImagePlace& place) {
    return std::tie(place.site.document, place.site.line, place.node->begin, place.site.path);
  };
  std::ranges::sort(places_, {}, order);
  const auto is_same = [&](const ImagePlace& one, const ImagePlace& other) { return order(one) == order(other); };
  places_.erase(std::unique(places_.begin(), places_.end(), is_same), places_.end());
  std::map<std::array<std::string, 4>, std::size_t> occurrences;
  for (ImagePlace& place : places_) {
    ImageSite& site = place.site;
    site.occurrence = occurrences[{site.kind, site.name_space, site.name, site.path}]++;
  }
  return std::move(places_);
}

}  // namespace ocibuild
