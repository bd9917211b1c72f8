// The children of a node, and the walk over all of them.
#include "ocibuild/store/graph.hpp"

#include <map>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild {
namespace {

constexpr int max_depth = 8;

class Walk {
 public:
  Walk(const ReadStore& store, const Visit& visit) : store_{store}, visit_{visit} {}

  void enter(const Descriptor& node, int depth) {
    if (!is_new(node)) return;
    if (depth > max_depth) {
      throw Error{Errc::invalid_document,
                  fmt::format("{} is nested deeper than {} levels", node.digest.string(), max_depth)};
    }
    if (node_kind(node.media_type) == NodeKind::blob) {
      visit_(node, {});
      return;
    }
    const std::string document = read_blob(store_, node, max_manifest_size);
    const std::vector<Descriptor> below = children(node, document);
    visit_(node, document);
    for (const Descriptor& child : below) enter(child, depth + 1);
  }

 private:
  struct Seen {
    NodeKind kind;
    std::uint64_t size;
  };

  // One digest that is a document here and a layer there would be copied without its children.
  bool is_new(const Descriptor& node) {
    const auto [entry, added] = seen_.try_emplace(node.digest, Seen{node_kind(node.media_type), node.size});
    if (added) return true;
    if (entry->second.kind != node_kind(node.media_type)) {
      throw Error{Errc::invalid_document, fmt::format("{} is referred to both as a document with children and as a "
                                                      "blob without, here as {}",
                                                      node.digest.string(), node.media_type)};
    }
    if (entry->second.size != node.size) {
      throw Error{Errc::invalid_document, fmt::format("{} is referred to with {} and with {} bytes",
                                                      node.digest.string(), entry->second.size, node.size)};
    }
    return false;
  }

  const ReadStore& store_;
  const Visit& visit_;
  std::map<Digest, Seen> seen_;
};

}  // namespace

std::vector<Descriptor> children(const Descriptor& node, std::string_view document) {
  return with_context(node.digest.string(), [&]() -> std::vector<Descriptor> {
    switch (node_kind(node.media_type)) {
      case NodeKind::index: return parse_index(document, node.media_type).manifests;
      case NodeKind::manifest: {
        Manifest manifest = parse_manifest(document, node.media_type);
        std::vector<Descriptor> below{std::move(manifest.config)};
        below.insert(below.end(), manifest.layers.begin(), manifest.layers.end());
        return below;
      }
      case NodeKind::blob: break;
    }
    return {};
  });
}

void walk(const ReadStore& store, const Descriptor& root, const Visit& visit) {
  Walk{store, visit}.enter(root, 1);
}

}  // namespace ocibuild
