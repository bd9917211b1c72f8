// From members to components.
#include "build/selection.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "build/features.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

Error unknown_name(std::string_view kind, const std::string& name, const std::vector<std::string>& known) {
  Error error{Errc::not_found, fmt::format("the workspace has no {} `{}`", kind, name)};
  if (!known.empty()) error.add_help(fmt::format("did you mean `{}`?", nearest(name, known)));
  return error;
}

void expect_packages(const Workspace& workspace, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (find_member(workspace, name) != nullptr) continue;
    std::vector<std::string> known;
    for (const Package& member : workspace.members) known.push_back(member.name);
    throw unknown_name("package", name, known);
  }
}

// It becomes a name in files, and in the outputs of workflows.
void expect_name(const std::string& component, const Package& package) {
  if (is_component_name(component)) return;
  throw Error{Errc::invalid_document,
              fmt::format("package {}: {} cannot name a component", package.name, quote(component))}
      .add_note("a name has up to 128 letters, digits, `_`, `.` and `-`, and begins with a letter, digit or `_`")
      .add_help("set `component` in its `[package.metadata.ocibuild]`");
}

std::vector<Candidate> candidates_of(const Package& package) {
  const Settings settings = with_context(fmt::format("package {}", package.name),
                                         [&] { return parse_settings(package.settings, SettingsTable::package); });
  if (settings.component && package.binaries.size() > 1) {
    throw Error{Errc::invalid_document,
                fmt::format("package {}: [package.metadata.ocibuild] component: the package has "
                            "{} binaries, which cannot all be `{}`",
                            package.name, package.binaries.size(), *settings.component)}
        .add_help("leave `component` out: each binary is a component of its own name");
  }
  std::vector<Candidate> candidates;
  for (const BinaryTarget& binary : package.binaries) {
    expect_name(settings.component.value_or(binary.name), package);
    candidates.push_back({.package = &package,
                          .binary = &binary,
                          .settings = settings,
                          .component = settings.component.value_or(binary.name)});
  }
  return candidates;
}

bool is_built_by_default(const Candidate& candidate, const std::vector<std::string>& shared_features) {
  const auto& features =
      shared_features.empty() ? candidate.settings.features.value_or(shared_features) : shared_features;
  return !candidate.settings.skip.value_or(false) &&
         enables(*candidate.package, features, candidate.binary->required_features);
}

void expect_different(const std::vector<Candidate>& chosen) {
  std::map<std::string, const Candidate*> by_name;
  std::map<std::string, const Candidate*> by_binary;
  for (const Candidate& candidate : chosen) {
    const auto [same, is_new] = by_name.try_emplace(candidate.component, &candidate);
    if (!is_new) {
      throw Error{Errc::invalid_document,
                  fmt::format("packages {} and {} both have a component `{}`", same->second->package->name,
                              candidate.package->name, candidate.component)}
          .add_help("set `component` in the `[package.metadata.ocibuild]` of one of them");
    }
    const auto [twin, is_single] = by_binary.try_emplace(candidate.binary->name, &candidate);
    if (!is_single) {
      throw Error{Errc::unsupported,
                  fmt::format("packages {} and {} both have a binary `{}`, which cargo writes to one file",
                              twin->second->package->name, candidate.package->name, candidate.binary->name)}
          .add_help("rename one with `[[bin]]` in its Cargo.toml, or build them one by one with `-p`");
    }
  }
}

}  // namespace

std::vector<Candidate> all_candidates(const Workspace& workspace) {
  std::vector<Candidate> all;
  for (const Package& package : workspace.members) {
    for (Candidate& candidate : candidates_of(package)) all.push_back(std::move(candidate));
  }
  return all;
}

std::vector<Candidate> select_components(const Workspace& workspace, const PlanRequest& request,
                                         const std::vector<std::string>& shared_features) {
  expect_packages(workspace, request.packages);
  std::vector<Candidate> chosen;
  std::vector<std::string> known;
  std::set<std::string> missing{request.components.begin(), request.components.end()};
  for (const Package& package : workspace.members) {
    if (!request.packages.empty() && !contains(request.packages, package.name)) continue;
    for (Candidate& candidate : candidates_of(package)) {
      known.push_back(candidate.component);
      missing.erase(candidate.component);
      const bool wanted = request.components.empty() ? is_built_by_default(candidate, shared_features)
                                                     : contains(request.components, candidate.component);
      if (wanted) chosen.push_back(std::move(candidate));
    }
  }
  if (!missing.empty()) throw unknown_name("component", *missing.begin(), known);
  if (chosen.empty()) {
    throw Error{Errc::invalid_document, fmt::format("the workspace {} has no binary to build", workspace.root.string())}
        .add_help("give a member a `src/main.rs`, or remove `skip = true` from its `[package.metadata.ocibuild]`");
  }
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.component < b.component; });
  expect_different(chosen);
  return chosen;
}

}  // namespace ocibuild
