// Following aliases and merge keys.
#include <set>
#include <vector>

#include "deploy/yaml.hpp"

namespace ocibuild {

const YamlNode& dereference(const YamlNode& node) {
  return node.kind == YamlNode::Kind::alias ? *node.target : node;
}

const YamlNode* find_member(const YamlNode& node, std::string_view key) {
  std::vector<const YamlNode*> mappings{&dereference(node)};  // the last one is looked at next
  std::set<const YamlNode*> seen;
  while (!mappings.empty()) {
    const YamlNode& mapping = *mappings.back();
    mappings.pop_back();
    if (!seen.insert(&mapping).second) continue;
    const YamlNode* merged = nullptr;
    for (const YamlEntry& entry : mapping.entries) {
      const YamlNode& name = dereference(*entry.key);
      if (name.kind == YamlNode::Kind::scalar && name.text == key) return entry.value;
      if (name.kind == YamlNode::Kind::scalar && name.text == "<<") merged = &dereference(*entry.value);
    }
    if (merged == nullptr) continue;
    if (merged->kind == YamlNode::Kind::mapping) mappings.push_back(merged);
    // Of several the first one wins.
    for (auto item = merged->items.rbegin(); item != merged->items.rend(); ++item) {
      mappings.push_back(&dereference(**item));
    }
  }
  return nullptr;
}

}  // namespace ocibuild
