// Following aliases and merge keys, and reading what they lead to.
#include <set>
#include <vector>

#include "deploy/yaml.hpp"

namespace ocibuild {

const YamlNode& dereference(const YamlNode& node) {
  return node.kind == YamlNode::Kind::alias ? *node.target : node;
}

const YamlEntry* find_entry(const YamlNode& node, std::string_view key) {
  std::vector<const YamlNode*> mappings{&dereference(node)};  // the last one is looked at next
  std::set<const YamlNode*> seen;
  while (!mappings.empty()) {
    const YamlNode& mapping = *mappings.back();
    mappings.pop_back();
    if (!seen.insert(&mapping).second) continue;
    const YamlNode* merged = nullptr;
    for (const YamlEntry& entry : mapping.entries) {
      const YamlNode& name = dereference(*entry.key);
      if (name.kind == YamlNode::Kind::scalar && name.text == key) return &entry;
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

const YamlNode* find_member(const YamlNode& node, std::string_view key) {
  const YamlEntry* entry = find_entry(node, key);
  return entry == nullptr ? nullptr : &dereference(*entry->value);
}

bool is_null(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.style != YamlNode::Style::plain) return false;
  return node.text.empty() || node.text == "~" || node.text == "null" || node.text == "Null" || node.text == "NULL";
}

std::string_view text_of(const YamlNode* node) {
  if (node == nullptr) return {};
  const YamlNode& scalar = dereference(*node);
  const bool has_text = scalar.kind == YamlNode::Kind::scalar && !is_null(scalar);
  return has_text ? std::string_view{scalar.text} : std::string_view{};
}

std::string_view member_text(const YamlNode& node, std::string_view key) {
  return text_of(find_member(node, key));
}

}  // namespace ocibuild
