// What must hold whatever happens: a tag never points at anything incomplete.
#pragma once

#include <string>
#include <vector>

#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "support/registry/memory_registry.hpp"

namespace ocibuild::testing {

/// Adds everything at and below `node` that the repository does not have, or has wrongly.
inline void add_missing(const MemoryRegistry& registry, const std::string& repository, const Descriptor& node,
                        std::vector<std::string>& missing) {
  const bool is_blob = node_kind(node.media_type) == NodeKind::blob;
  const auto content =
      is_blob ? registry.blob(repository, node.digest) : registry.manifest(repository, node.digest.string());
  if (!content || Digest::of(*content) != node.digest || content->size() != node.size) {
    missing.push_back(repository + " " + node.digest.string());
  } else if (!is_blob) {
    for (const Descriptor& child : children(node, *content)) add_missing(registry, repository, child, missing);
  }
}

/// What is missing below any tag of the registry; every tag is that of an index.
inline std::vector<std::string> missing_below_tags(const MemoryRegistry& registry) {
  std::vector<std::string> missing;
  for (const std::string& repository : registry.repositories()) {
    for (const auto& [tag, digest] : registry.tags(repository)) {
      const std::string document = registry.manifest(repository, digest).value_or("");
      Descriptor root = describe(media_type::index, document);
      root.digest = Digest::parse(digest);
      add_missing(registry, repository, root, missing);
    }
  }
  return missing;
}

}  // namespace ocibuild::testing
