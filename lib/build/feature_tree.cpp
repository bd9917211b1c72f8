// What `cargo tree` prints, as features by crate.
#include "build/sharing.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace ocibuild {
namespace {

constexpr std::size_t indentation = 4;  // of `cargo tree --charset ascii`, each level

struct TreeLine {
  std::size_t depth = 0;
  std::string_view text;
};

TreeLine split_line(std::string_view line) {
  TreeLine result{.text = line};
  while (result.text.starts_with("|   ") || result.text.starts_with("    ") || result.text.starts_with("|-- ") ||
         result.text.starts_with("`-- ")) {
    result.text.remove_prefix(indentation);
    ++result.depth;
  }
  return result;
}

std::set<std::string> split_features(std::string_view list) {
  std::set<std::string> features;
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    features.emplace(list.substr(start, end - start));
    start = end + 1;
  }
  return features;
}

// Reads the tree line by line and knows which lines are for the machine that builds: what is below a heading
// `[build-dependencies]`, a procedural macro, and what is below that.
class TreeReader {
 public:
  void add(std::string_view line) {
    const TreeLine at = split_line(line);
    if (at.text.starts_with('[')) {  // a heading is indented as its parent, what it heads is one deeper
      if (!host_depth_ || at.depth + 1 < *host_depth_) host_depth_ = at.depth + 1;
      return;
    }
    if (host_depth_ && at.depth < *host_depth_) host_depth_.reset();
    const std::size_t semicolon = at.text.rfind(';');
    if (semicolon == std::string_view::npos) return;
    const std::string_view crate = at.text.substr(0, semicolon);
    const bool is_macro = crate.find(" (proc-macro)") != std::string_view::npos;
    add_crate(crate, at.text.substr(semicolon + 1), host_depth_ || is_macro ? " for the host" : "");
    if (is_macro && !host_depth_) host_depth_ = at.depth + 1;
  }

  ResolvedFeatures take() { return std::move(features_); }

 private:
  void add_crate(std::string_view crate, std::string_view list, std::string_view side) {
    constexpr std::string_view seen_before = " (*)";
    if (list.ends_with(seen_before)) list.remove_suffix(seen_before.size());
    features_[fmt::format("{}{}", crate, side)].merge(split_features(list));
  }

  std::optional<std::size_t> host_depth_;  // everything at this depth or below it is for the host
  ResolvedFeatures features_;
};

}  // namespace

ResolvedFeatures parse_feature_tree(std::string_view tree) {
  TreeReader reader;
  for (std::size_t start = 0; start < tree.size();) {
    const std::size_t end = std::min(tree.find('\n', start), tree.size());
    reader.add(tree.substr(start, end - start));
    start = end + 1;
  }
  return reader.take();
}

}  // namespace ocibuild
