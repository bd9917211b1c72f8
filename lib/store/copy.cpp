// Copying a graph: by height, so that children are always there before their parents.
#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "ocibuild/base/parallel.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/store/graph.hpp"
#include "store/levels.hpp"

namespace ocibuild {

std::vector<std::vector<Descriptor>> levels_of(const ReadStore& from, const Descriptor& root) {
  struct Node {
    Descriptor descriptor;
    std::vector<Digest> below;
  };
  std::vector<Node> nodes;
  walk(from, root, [&](const Descriptor& descriptor, std::string_view document) {
    std::vector<Digest> below;
    for (const Descriptor& child : children(descriptor, document)) below.push_back(child.digest);
    nodes.push_back({descriptor, std::move(below)});
  });

  // A digest may be met first high up and again further down, so document order reversed is not enough to find the
  // heights at once; a graph of digests has no cycle, so this ends after as many rounds as there are levels.
  std::map<Digest, std::size_t> heights;
  for (bool changed = true; std::exchange(changed, false);) {
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      std::size_t& height = heights[node->descriptor.digest];
      for (const Digest& child : node->below) {
        if (heights[child] < height) continue;
        height = heights[child] + 1;
        changed = true;
      }
    }
  }

  std::vector<std::vector<Descriptor>> levels;
  for (Node& node : nodes) {
    const std::size_t height = heights.at(node.descriptor.digest);
    levels.resize(std::max(levels.size(), height + 1));
    levels[height].push_back(std::move(node.descriptor));
  }
  return levels;
}

void copy(const ReadStore& from, const Descriptor& root, Store& to, const CopyOptions& options) {
  std::mutex telling;
  const auto copy_blob = [&](const Descriptor& blob) {
    if (is_nondistributable(blob.media_type) && !from.contains(blob)) return;
    to.put({.descriptor = blob, .open = [&from, &blob] { return from.open(blob); }});
    if (!options.copied) return;
    const std::lock_guard lock{telling};
    options.copied(blob);
  };
  for (const std::vector<Descriptor>& level : levels_of(from, root)) {
    for_each_index(level.size(), options.jobs, [&](std::size_t i) { copy_blob(level[i]); });
  }
}

}  // namespace ocibuild
