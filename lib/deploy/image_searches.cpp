// Kustomize, values of Helm, and configured paths.
#include <algorithm>
#include <set>

#include "deploy/place_list.hpp"

namespace ocibuild {
namespace {

using Kind = YamlNode::Kind;
using Form = ImageSite::Form;

// Nodes reached on a path, each of them once: aliases cannot make them many.
class Reached {
 public:
  void add(const YamlNode& node, std::string path) {
    if (seen_.insert(&node).second) nodes_.emplace_back(&node, std::move(path));
  }
  const std::vector<std::pair<const YamlNode*, std::string>>& nodes() const noexcept { return nodes_; }

 private:
  std::vector<std::pair<const YamlNode*, std::string>> nodes_;
  std::set<const YamlNode*> seen_;
};

Reached follow(const Reached& from, const std::string& step) {
  Reached next;
  for (const auto& [node, path] : from.nodes()) {
    if (step != "[]") {
      const YamlNode* member = find_member(*node, step);
      if (member != nullptr) next.add(*member, join_path(path, step));
      continue;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      const YamlNode& item = dereference(*node->items[i]);
      next.add(item, join_path(path, item_step(item, i)));
    }
  }
  return next;
}

}  // namespace

void search_kustomization(const YamlNode& root, const ImageSite& site, PlaceList& places) {
  const YamlNode& images = *find_member(root, "images");
  Reached entries;
  for (std::size_t i = 0; i < images.items.size(); ++i) {
    const YamlNode& entry = dereference(*images.items[i]);
    if (entry.kind == Kind::mapping) entries.add(entry, join_path("images", item_step(entry, i)));
  }
  for (const auto& [entry, path] : entries.nodes()) places.add_parts(*entry, Form::kustomize, path, site);
}

void search_values(const YamlNode& node, const std::string& path, const ImageSite& site, PlaceList& places) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    search_values(*node.items[i], join_path(path, item_step(*node.items[i], i)), site, places);
  }
  if (node.kind != Kind::mapping) return;
  const ImageParts parts = image_parts(node, Form::values);
  if (parts.repository != nullptr) places.add_parts(node, Form::values, path, site);
  for (const YamlEntry& entry : node.entries) {
    if (entry.key->kind == Kind::mapping) throw template_error();
    if (entry.key->kind != Kind::scalar) continue;
    const YamlNode& value = dereference(*entry.value);
    if (entry.key->text == "image" && value.kind == Kind::scalar) {
      if (entry.value != parts.repository) places.add_value(*entry.value, node, join_path(path, "image"), site);
    } else {
      search_values(*entry.value, join_path(path, entry.key->text), site, places);
    }
  }
}

void search_path(const YamlNode& object, const ImagePath& wanted, const std::string& path, const ImageSite& site,
                 PlaceList& places) {
  Reached reached;
  reached.add(object, path);
  for (std::size_t i = 0; i + 1 < wanted.steps.size(); ++i) reached = follow(reached, wanted.steps[i]);
  const std::string& last = wanted.steps.back();
  for (const auto& [node, where] : reached.nodes()) {
    if (last != "[]") {
      places.add_member(*node, last, where, site);
      continue;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      places.add_value(*node->items[i], *node, join_path(where, item_step(*node->items[i], i)), site);
    }
  }
}

}  // namespace ocibuild
