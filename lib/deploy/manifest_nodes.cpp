// Members, items and texts.
#include "deploy/manifest_nodes.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

void require(const YamlNode& node, YamlNode::Kind kind, std::string_view name, std::string_view expected) {
  if (node.kind != kind) refuse(node, fmt::format("{} is not {}", name, expected));
}

}  // namespace

void refuse(const YamlNode& node, std::string_view what) {
  throw Error{Errc::invalid_document, fmt::format("line {}: {}", node.line, what)};
}

void ManifestNodes::visit(const YamlNode& node) {
  const std::size_t size = 1 + node.items.size() + node.entries.size();
  if (size > left_) refuse(node, "the manifest has too many parts");
  left_ -= size;
}

const YamlNode* ManifestNodes::find(const YamlNode& node, std::string_view name) {
  visit(node);
  const YamlNode* member = find_member(node, name);
  return member == nullptr || is_null(*member) ? nullptr : member;
}

const YamlNode* ManifestNodes::mapping(const YamlNode& node, std::string_view name) {
  const YamlNode* found = find(node, name);
  if (found != nullptr) require(*found, YamlNode::Kind::mapping, name, "a mapping");
  return found;
}

std::vector<const YamlNode*> ManifestNodes::items(const YamlNode& node, std::string_view name) {
  const YamlNode* found = find(node, name);
  if (found == nullptr) return {};
  require(*found, YamlNode::Kind::sequence, name, "a list");
  visit(*found);
  std::vector<const YamlNode*> items;
  for (const YamlNode* item : found->items) items.push_back(&dereference(*item));
  return items;
}

std::string ManifestNodes::text(const YamlNode& node, std::string_view name) {
  const YamlNode* found = find(node, name);
  if (found == nullptr) return {};
  require(*found, YamlNode::Kind::scalar, name, "a text");
  return found->text;
}

std::map<std::string, std::string> ManifestNodes::texts(const YamlNode& node, std::string_view name) {
  const YamlNode* found = mapping(node, name);
  if (found == nullptr) return {};
  visit(*found);
  std::map<std::string, std::string> texts;
  for (const YamlEntry& entry : found->entries) {
    const YamlNode& key = dereference(*entry.key);
    const YamlNode& value = dereference(*entry.value);
    require(key, YamlNode::Kind::scalar, fmt::format("a name in {}", name), "a text");
    require(value, YamlNode::Kind::scalar, fmt::format("{} in {}", key.text, name), "a text");
    texts.emplace(key.text, value.text);
  }
  return texts;
}

}  // namespace ocibuild
