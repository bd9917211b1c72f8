// From platforms and groups to cargo commands.
#include "build/cargo_runs.hpp"

#include <algorithm>
#include <set>

#include <fmt/ranges.h>

#include "build/origins.hpp"

namespace ocibuild {
namespace {

template <class Choice>
void remember(std::vector<Choice>& choices, const Choice& choice) {
  if (std::find(choices.begin(), choices.end(), choice) == choices.end()) choices.push_back(choice);
}

void append_each(std::vector<std::string>& argv, const std::string& option, const std::vector<std::string>& values) {
  for (const std::string& value : values) argv.insert(argv.end(), {option, value});
}

std::string path_of(const StringMap& environment) {
  const auto path = environment.find("PATH");
  return path == environment.end() ? std::string{} : path->second;
}

}  // namespace

void choose_compile(PlatformPlan& platform, BaseKind base, const std::optional<Setting<std::string>>& configured,
                    CompileSetup& setup) {
  TargetQuery query{.platform = platform.platform, .configured = std::nullopt, .base = base};
  if (configured) query.configured = configured->value;
  const HasProgram has_program = programs_in(path_of(setup.environment));
  const Origin origin = configured ? configured->origin : Origin::command_line;
  const TargetChoice target = with_origin(origin, [&] { return choose_target(setup.toolchain, query); });
  const LinkerChoice linker =
      choose_linker({setup.toolchain, setup.configuration, setup.environment, has_program}, target.target);
  platform.triple = {.value = target.target, .origin = configured ? configured->origin : Origin::built_in};
  platform.triple_reason = target.source;
  platform.crt_static = target.crt_static;
  platform.linker = linker.linker;
  platform.linker_reason = linker.source;
  remember(setup.targets, target);
  remember(setup.linkers, linker);
}

std::vector<CompileUnit> compile_units(const std::vector<ComponentPlan>& components, const Workspace& workspace) {
  std::vector<CompileUnit> units;
  for (const ComponentPlan& component : components) {
    CompileUnit unit{.package = find_member(workspace, component.package),
                     .binary = component.binary,
                     .profile = component.profile.value,
                     .features = component.features.value};
    for (const PlatformPlan& platform : component.platforms) {
      if (platform.given_binary) continue;
      unit.triples.push_back(platform.triple.value);
      if (platform.crt_static == CrtStatic::forced) unit.crt_static = CrtStatic::forced;
    }
    if (!unit.triples.empty()) units.push_back(std::move(unit));
  }
  return units;
}

CargoRun cargo_run(const CompileGroup& group, const CargoOptions& options, const std::filesystem::path& directory) {
  std::set<std::string> packages;
  std::set<std::string> binaries;
  std::set<std::string> features;
  for (const CompileUnit& unit : group.units) {
    packages.insert(unit.package->name);
    binaries.insert(unit.binary);
    features.insert(unit.features.begin(), unit.features.end());
  }
  CargoRun run{
      .packages = {packages.begin(), packages.end()},
      .binaries = {binaries.begin(), binaries.end()},
      .features = {features.begin(), features.end()},
      .triples = group.triples,
      .crt_static = group.units.front().crt_static,
      .profile = group.units.front().profile,
      .command = {.argv = {options.cargo, "build", "--profile", group.units.front().profile}, .directory = directory}};
  std::vector<std::string>& argv = run.command.argv;
  append_each(argv, "--package", run.packages);
  append_each(argv, "--bin", run.binaries);
  append_each(argv, "--target", run.triples);
  if (!run.features.empty()) argv.insert(argv.end(), {"--features", fmt::format("{}", fmt::join(run.features, ","))});
  argv.insert(argv.end(), options.flags.begin(), options.flags.end());
  return run;
}

}  // namespace ocibuild
