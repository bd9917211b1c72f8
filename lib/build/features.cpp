// Features by the rules of the Cargo book, chapter Features.
#include "build/features.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"

namespace ocibuild {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// `dependency/feature` and `dependency?/feature`.
std::string owner_of(const std::string& feature) {
  const std::size_t slash = feature.find('/');
  if (slash == std::string::npos) return {};
  std::string owner = feature.substr(0, slash);
  if (owner.ends_with('?')) owner.pop_back();
  return owner;
}

std::string local_name(const Package& package, const std::string& feature) {
  return owner_of(feature) == package.name ? feature.substr(feature.find('/') + 1) : feature;
}

Error unknown_feature(const Package& package, const std::string& feature) {
  std::vector<std::string> known;
  for (const auto& [name, enabled] : package.features) known.push_back(name);
  Error error{Errc::invalid_document, fmt::format("package {} has no feature `{}`", package.name, feature)};
  if (!known.empty()) error.add_help(fmt::format("did you mean `{}`?", nearest(feature, known)));
  return error;
}

}  // namespace

bool enables(const Package& package, const std::vector<std::string>& requested,
             const std::vector<std::string>& required) {
  std::vector<std::string> open{"default"};
  for (const std::string& feature : requested) open.push_back(local_name(package, feature));
  std::set<std::string> enabled;
  while (!open.empty()) {
    const std::string feature = open.back();
    open.pop_back();
    if (!enabled.insert(feature).second) continue;
    const auto declared = package.features.find(feature);
    if (declared != package.features.end()) open.insert(open.end(), declared->second.begin(), declared->second.end());
  }
  return std::all_of(required.begin(), required.end(), [&](const auto& feature) { return enabled.contains(feature); });
}

std::vector<std::string> qualify_features(const Package& package, const Setting<std::vector<std::string>>& features) {
  std::set<std::string> qualified;
  for (const std::string& feature : features.value) {
    const std::string local = local_name(package, feature);
    if (package.features.contains(local)) {
      qualified.insert(fmt::format("{}/{}", package.name, local));
    } else if (contains(package.dependencies, owner_of(local))) {
      qualified.insert(local);
    } else if (features.origin == Origin::package) {
      throw unknown_feature(package, feature);
    }
  }
  return {qualified.begin(), qualified.end()};
}

}  // namespace ocibuild
