// Reading the members of Kubernetes objects strictly.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/yaml.hpp"

namespace ocibuild {

/// Reads a manifest's nodes. A member that is null counts as absent, as in Kubernetes. Everything throws
/// Error{invalid_document} that names the line; also when more is visited than a manifest can have, because aliases let
/// a small text look endless.
class ManifestNodes {
 public:
  /// The member, never an alias; null when it is absent or `node` has no members.
  const YamlNode* find(const YamlNode& node, std::string_view name);

  /// The same for a member that must be a mapping.
  const YamlNode* mapping(const YamlNode& node, std::string_view name);

  /// The items of a sequence, none of them an alias; none when it is absent.
  std::vector<const YamlNode*> items(const YamlNode& node, std::string_view name);

  /// The text of a scalar; empty when it is absent.
  std::string text(const YamlNode& node, std::string_view name);

  /// A mapping of texts; empty when it is absent.
  std::map<std::string, std::string> texts(const YamlNode& node, std::string_view name);

 private:
  void visit(const YamlNode& node);

  std::size_t left_ = 4 << 20;  // nodes; the largest manifests have some ten thousand
};

/// Throws Error{invalid_document}: `line 12: WHAT`.
[[noreturn]] void refuse(const YamlNode& node, std::string_view what);

}  // namespace ocibuild
