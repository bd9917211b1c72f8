// Which kind of text each document is, and the pods of Kubernetes objects.
#include "deploy/image_places.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <set>

#include <fmt/format.h>

#include "deploy/place_list.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

using Kind = YamlNode::Kind;

// Deployments and their like, CronJobs, PodTemplates; every other kind that has such a member holds pods too.
constexpr std::array<std::string_view, 3> pod_templates{"spec.template.spec", "spec.jobTemplate.spec.template.spec",
                                                        "template.spec"};
constexpr std::array<std::string_view, 3> container_lists{"containers", "initContainers", "ephemeralContainers"};

// Values of Helm inside objects: HelmRelease of Flux, Application of Argo CD.
constexpr std::array<std::string_view, 2> embedded_values{"spec.values", "spec.source.helm.valuesObject"};

// The node that names separated by dots lead to, not an alias; null when there is none.
const YamlNode* find_path(const YamlNode& from, std::string_view path) {
  const YamlNode* node = &from;
  while (node != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = find_member(*node, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

bool is_object(const YamlNode& node) {
  return !member_text(node, "kind").empty() && !member_text(node, "apiVersion").empty();
}

bool is_kustomization(const YamlNode& root) {
  const YamlNode* images = find_path(root, "images");
  if (images == nullptr || images->kind != Kind::sequence) return false;
  if (is_object(root)) return member_text(root, "apiVersion").starts_with("kustomize.config.k8s.io/");
  return std::ranges::all_of(images->items, [](const YamlNode* item) { return find_member(*item, "name") != nullptr; });
}

class Finder {
 public:
  explicit Finder(std::span<const ImagePath> paths) : paths_{paths} {}

  void search_document(const YamlNode& root, std::size_t index) {
    ImageSite site{.document = index};
    objects_.clear();
    if (root.kind == Kind::sequence) {
      add_items(root, "");
    } else if (is_kustomization(root)) {
      site.kind = "Kustomization";
      search_kustomization(root, site, places_);
    } else if (is_object(root)) {
      objects_.emplace_back(&root, "");
    } else if (find_member(root, "schemaVersion") == nullptr) {  // that would be a file of digests or pins
      search_values(root, "", site, places_);
      search_paths(root, "", site);
    }
    // A queue, since lists may contain lists through any number of aliases; and each object once.
    for (; !objects_.empty(); objects_.pop_front()) {
      const auto [object, path] = objects_.front();
      if (seen_.insert(object).second) search_object(*object, path, index);
    }
  }

  std::vector<ImagePlace> take() { return places_.take(); }

 private:
  void add_items(const YamlNode& list, const std::string& path) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const YamlNode& item = dereference(*list.items[i]);
      const std::string where = join_path(path, fmt::format("[{}]", i));
      if (is_object(item)) objects_.emplace_back(&item, where);
    }
  }

  void search_object(const YamlNode& object, const std::string& path, std::size_t document) {
    ImageSite site{.kind = std::string{member_text(object, "kind")}, .document = document};
    const YamlNode* items = find_path(object, "items");
    if (site.kind.ends_with("List") && items != nullptr) return add_items(*items, join_path(path, "items"));
    if (const YamlNode* metadata = find_path(object, "metadata")) {
      site.name_space = member_text(*metadata, "namespace");
      site.name = member_text(*metadata, "name");
    }
    if (site.kind == "Pod") search_pod(object, "spec", path, site);
    for (const std::string_view pod : pod_templates) search_pod(object, pod, path, site);
    for (const std::string_view member : embedded_values) {
      const YamlNode* values = find_path(object, member);
      if (values != nullptr) search_values(*values, join_path(path, member), site, places_);
    }
    search_paths(object, path, site);
  }

  void search_pod(const YamlNode& object, std::string_view member, const std::string& path, const ImageSite& site) {
    const YamlNode* pod = find_path(object, member);
    if (pod == nullptr) return;
    for (const std::string_view list : container_lists) {
      const YamlNode* containers = find_path(*pod, list);
      if (containers == nullptr || !seen_.insert(containers).second) continue;  // objects may share pods by aliases
      for (std::size_t i = 0; i < containers->items.size(); ++i) {
        const YamlNode& container = dereference(*containers->items[i]);
        const std::string where = fmt::format("{}.{}{}", join_path(path, member), list, item_step(container, i));
        places_.add_member(container, "image", where, site);
      }
    }
  }

  void search_paths(const YamlNode& object, const std::string& path, const ImageSite& site) {
    for (const ImagePath& wanted : paths_) {
      if (wanted.kind.empty() || wanted.kind == site.kind) search_path(object, wanted, path, site, places_);
    }
  }

  std::span<const ImagePath> paths_;
  std::deque<std::pair<const YamlNode*, std::string>> objects_;  // still to be searched, and where they are
  std::set<const YamlNode*> seen_;
  PlaceList places_;
};

}  // namespace

YamlDocuments parse_image_text(std::string_view yaml) {
  try {
    return parse_yaml(yaml);
  } catch (const Error& error) {
    if (yaml.find("{{") == std::string_view::npos) throw;
    throw template_error().add_note(error.what());
  }
}

std::vector<ImagePlace> find_image_places(const YamlDocuments& documents, std::span<const ImagePath> paths) {
  Finder finder{paths};
  for (std::size_t i = 0; i < documents.roots.size(); ++i) finder.search_document(*documents.roots[i], i);
  return finder.take();
}

std::vector<ImageSite> find_images(std::string_view yaml, std::span<const ImagePath> paths) {
  const YamlDocuments documents = parse_image_text(yaml);
  std::vector<ImageSite> sites;
  for (ImagePlace& place : find_image_places(documents, paths)) sites.push_back(std::move(place.site));
  return sites;
}

}  // namespace ocibuild
