// From the setting `base` to a place, for one component and for all.
#include <fmt/format.h>

#include "build/origins.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/files.hpp"
#include "ocibuild/build/lock.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/text.hpp"

namespace ocibuild {

std::optional<Place> base_place(const Setting<std::string>& base, const Candidate& candidate,
                                const Surroundings& around) {
  if (base.value == "scratch") return std::nullopt;
  return with_context("base", [&] {
    Place place = with_origin(base.origin, [&] { return Place::parse(base.value); });
    if (place.kind == PlaceKind::registry) {
      place.name = lock_key(place.name);
    } else if (base.origin == Origin::workspace) {
      place.path = resolve_source(place.path, {.directory = around.workspace.root, .border = around.workspace.root});
    } else if (base.origin == Origin::package) {
      place.path = resolve_source(place.path, file_roots(*candidate.package, around.workspace));
    }
    return std::optional{std::move(place)};
  });
}

WorkspaceBases workspace_bases(const PlanRequest& request, const RunCommand& run) {
  const Workspace workspace = load_workspace(run, request.cargo);
  const Surroundings around{.workspace = workspace,
                            .workspace_settings = parse_settings(workspace.settings, SettingsTable::workspace),
                            .environment = settings_from_environment(request.environment),
                            .command_line = request.command_line};
  WorkspaceBases result{.lock_file = lock_file(workspace.root), .wanted = {}, .registry = {}};
  for (const Candidate& candidate : all_candidates(workspace)) {
    with_context(fmt::format("component {}", candidate.component), [&] {
      const Origins origins{candidate, around};
      auto place = base_place(origins.choose<std::string>("scratch", &Settings::base), candidate, around);
      if (place) result.wanted.push_back({std::move(*place), ordered_platforms(origins).value});
      const std::string registry = origins.choose<std::string>("", &Settings::registry).value;
      const std::string host = to_lower(registry.substr(0, registry.find('/')));
      if (!host.empty()) result.registry = Reference::parse(host + "/image").registry;
    });
  }
  result.wanted = joined(result.wanted);
  return result;
}

}  // namespace ocibuild
