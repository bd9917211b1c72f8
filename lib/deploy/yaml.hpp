// YAML as a tree that knows where in the text each of its scalars stands. Nothing here writes YAML.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

inline constexpr std::size_t max_yaml_size = 16 << 20;
inline constexpr std::size_t max_yaml_depth = 64;

/// Most nodes in one text: aliases count as one each, since what they stand for is never copied.
inline constexpr std::size_t max_yaml_nodes = 1 << 19;

struct YamlNode;

/// A member of a mapping.
struct YamlEntry {
  const YamlNode* key = nullptr;
  const YamlNode* value = nullptr;
};

/// A node as it stands in the text.
struct YamlNode {
  enum class Kind { scalar, sequence, mapping, alias };

  /// How it is spelled. Collections are `block` or `flow`, scalars one of the others.
  enum class Style { plain, single_quoted, double_quoted, literal, folded, block, flow };

  Kind kind = Kind::scalar;
  Style style = Style::plain;
  std::string text;       ///< a scalar's content; the name after `*` of an alias
  std::string anchor;     ///< without `&`; empty: none
  std::string tag;        ///< complete, as in `tag:yaml.org,2002:str`; empty: none
  std::size_t begin = 0;  ///< byte offset in the text, after anchor and tag; of a scalar with its quotes or indicator
  std::size_t end = 0;    ///< byte offset after it; of a block collection up to where the next thing begins
  std::size_t line = 0;   ///< on which it begins, the first one is 1
  std::vector<const YamlNode*> items;  ///< of a sequence
  std::vector<YamlEntry> entries;      ///< of a mapping, in the order of the text; no two scalar keys are equal
  const YamlNode* target = nullptr;    ///< of an alias: never an alias, and never one of the nodes around it
};

/// The documents of a text. Owns the nodes, which stay where they are when this is moved.
struct YamlDocuments {
  std::vector<const YamlNode*> roots;  ///< of each document; an empty document is an empty scalar
  std::deque<YamlNode> nodes;

  YamlDocuments() = default;
  YamlDocuments(YamlDocuments&&) = default;
  YamlDocuments& operator=(YamlDocuments&&) = default;
};

/// Reads a text of YAML 1.1, as Kubernetes does; JSON is YAML too.
///
/// Throws Error{invalid_document} naming the line, for what is not UTF-8 or not YAML, for more than the limits above,
/// duplicate keys, and aliases without an anchor before them.
YamlDocuments parse_yaml(std::string_view text);

/// The node itself, or what it stands for when it is an alias.
const YamlNode& dereference(const YamlNode& node);

/// The entry with a scalar key in a mapping or an alias of one, also where merge keys (`<<`) bring it in; null when
/// there is none, or `node` is no mapping. Its value may be an alias.
const YamlEntry* find_entry(const YamlNode& node, std::string_view key);

/// The value of that entry, or what it stands for when it is an alias; null when there is none.
const YamlNode* find_member(const YamlNode& node, std::string_view key);

/// True for what YAML 1.1 takes for null: a scalar without quotes that is empty, `~` or `null`.
bool is_null(const YamlNode& node);

/// The content of a scalar, or of what an alias stands for; empty when there is none, when it is null, or no scalar.
std::string_view text_of(const YamlNode* node);

/// The content of the member, as `text_of` has it.
std::string_view member_text(const YamlNode& node, std::string_view key);

}  // namespace ocibuild
