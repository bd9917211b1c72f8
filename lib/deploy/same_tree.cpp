// Comparing what was written with what was meant.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "deploy/splice.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

// Nodes lie in the order of the text, so that kinds and numbers of children determine a tree.
class Comparison {
 public:
  Comparison(const YamlChanges& changes, const YamlDocuments& after) : changes_{changes} {
    for (const YamlNode& node : after.nodes) rest_.push_back(&node);
    for (const NewMember& member : changes.members) {
      ++added_[member.mapping];
      inserted_.emplace(member.after, &member);
    }
  }

  bool agrees(const YamlNode& before) {
    const auto change = changes_.contents.find(&before);
    const std::string& text = change == changes_.contents.end() ? before.text : change->second;
    const auto added = added_.find(&before);
    const std::size_t entries = before.entries.size() + (added == added_.end() ? 0 : added->second);
    const YamlNode* after = next();
    const bool changed = change != changes_.contents.end();
    return after != nullptr && after->kind == before.kind && (changed ? trimmed(*after) : after->text) == text &&
           after->anchor == before.anchor && after->tag == before.tag && after->items.size() == before.items.size() &&
           after->entries.size() == entries && agrees_inserted(before);
  }

  bool at_end() const { return position_ == rest_.size(); }

 private:
  const YamlNode* next() { return at_end() ? nullptr : rest_[position_++]; }

  // A block scalar keeps its line break at the end.
  static std::string trimmed(const YamlNode& node) {
    const bool is_block = node.style == YamlNode::Style::literal || node.style == YamlNode::Style::folded;
    return is_block ? node.text.substr(0, node.text.find_last_not_of('\n') + 1) : node.text;
  }

  bool agrees_inserted(const YamlNode& before) {
    const auto [first, last] = inserted_.equal_range(&before);
    for (auto member = first; member != last; ++member) {
      const YamlNode* key = next();
      const YamlNode* value = next();
      if (value == nullptr || key->text != member->second->key || value->text != member->second->value) return false;
    }
    return true;
  }

  const YamlChanges& changes_;
  std::map<const YamlNode*, std::size_t> added_;  // members of each mapping
  std::multimap<const YamlNode*, const NewMember*> inserted_;
  std::vector<const YamlNode*> rest_;
  std::size_t position_ = 0;
};

}  // namespace

void require_only_changes(const YamlDocuments& before, const YamlChanges& changes, const YamlDocuments& after) {
  Comparison comparison{changes, after};
  for (const YamlNode& node : before.nodes) {
    if (comparison.agrees(node)) continue;
    throw Error{Errc::unsupported,
                fmt::format("line {}: it cannot be changed here without changing something else", node.line)};
  }
  if (!comparison.at_end() || before.roots.size() != after.roots.size()) {
    throw Error{Errc::unsupported, "the images cannot be changed without changing something else"};
  }
}

}  // namespace ocibuild
