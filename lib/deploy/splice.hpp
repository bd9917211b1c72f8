// Changing scalars of a YAML text, and nothing else in it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/yaml.hpp"

namespace ocibuild {

/// A member that is to stand after another value of its mapping.
struct NewMember {
  const YamlNode* mapping = nullptr;
  const YamlNode* after = nullptr;  ///< a value of `mapping`, or the alias that stands for it
  std::string key;
  std::string value;

  friend bool operator==(const NewMember&, const NewMember&) = default;
};

/// What is to change in a text. New contents are made of the characters of references, see is_reference_text.
struct YamlChanges {
  std::map<const YamlNode*, std::string> contents;  ///< of scalars
  std::vector<NewMember> members;                   ///< in the order they are to have
};

/// True for letters, digits and `._-:/@+[]`, of which references consist; also for no text at all.
bool is_reference_text(std::string_view text) noexcept;

/// The text with `changes`. A scalar keeps its style, except that a plain one gets quotes where it would become a
/// number or the like. Throws Error{unsupported} naming the line for a place that cannot take it.
std::string splice(std::string_view text, const YamlChanges& changes);

/// Throws Error{unsupported} unless `after` is the tree `before` with `changes`, in every node, anchor and tag.
void require_only_changes(const YamlDocuments& before, const YamlChanges& changes, const YamlDocuments& after);

}  // namespace ocibuild
