// One component's values, each from the strongest origin that says something.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "build/selection.hpp"
#include "ocibuild/build/plan.hpp"
#include "ocibuild/build/revision.hpp"

namespace ocibuild {

/// What all components of one build have in common.
struct Surroundings {
  const Workspace& workspace;
  Settings workspace_settings;
  Settings environment;
  Settings command_line;
  std::optional<Revision> revision;
  std::int64_t created = 0;  ///< seconds since the epoch
};

/// Everything about a component but the targets and linkers of its platforms.
/// Throws Error{invalid_document, invalid_argument} for a value that does not hold, {not_found} for a file that is not
/// there.
ComponentPlan plan_component(const Candidate& candidate, const Surroundings& around);

/// The strongest `target` setting for a platform, if any.
std::optional<Setting<std::string>> configured_target(const Candidate& candidate, const Surroundings& around,
                                                      const Platform& platform);

}  // namespace ocibuild
