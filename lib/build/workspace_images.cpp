// From components to the names of their images, and nothing else.
#include <fmt/format.h>

#include "build/origins.hpp"
#include "build/selection.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {

std::map<std::string, std::string> workspace_images(const PlanRequest& request, const RunCommand& run) {
  const Workspace workspace = load_workspace(run, request.cargo);
  const Surroundings around{.workspace = workspace,
                            .workspace_settings = parse_settings(workspace.settings, SettingsTable::workspace),
                            .environment = settings_from_environment(request.environment),
                            .command_line = request.command_line};
  const auto features = around.environment.features.value_or(std::vector<std::string>{});
  std::map<std::string, std::string> images;
  for (const Candidate& candidate : select_components(workspace, request, features)) {
    with_context(fmt::format("component {}", candidate.component), [&] {
      const Origins origins{candidate, around};
      if (origins.choose<std::string>("", &Settings::registry).value.empty()) {
        throw Error{Errc::invalid_document, "no registry is set"}.add_help(
            "set `registry` under [workspace.metadata.ocibuild], or OCIBUILD_REGISTRY");
      }
      images.emplace(candidate.component, image_name(candidate, origins).value);
    });
  }
  return images;
}

}  // namespace ocibuild
