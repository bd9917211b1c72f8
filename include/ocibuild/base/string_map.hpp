// Texts by name: variables of an environment, labels, annotations.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace ocibuild {

using StringMap = std::map<std::string, std::string>;

/// The value of `name`; empty when there is none.
inline std::string value_of(const StringMap& map, std::string_view name) {
  const auto found = map.find(std::string{name});
  return found == map.end() ? std::string{} : found->second;
}

}  // namespace ocibuild
