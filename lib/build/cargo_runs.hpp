// The cargo commands of a plan, and the targets and linkers they need.
#pragma once

#include <vector>

#include "build/sharing.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {

/// Chooses target and linker of a platform of a component that stands on such a base, and remembers each once. Throws
/// as choose_target and choose_linker.
void choose_compile(PlatformPlan& platform, BaseKind base, const std::optional<Setting<std::string>>& configured,
                    CompileSetup& setup);

/// The binaries that cargo has to make for `components`: those that are not given.
std::vector<CompileUnit> compile_units(const std::vector<ComponentPlan>& components, const Workspace& workspace);

/// The command that makes everything in `group`.
CargoRun cargo_run(const CompileGroup& group, const CargoOptions& options, const std::filesystem::path& directory);

}  // namespace ocibuild
