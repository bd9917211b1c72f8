// Making the plan.
#include "ocibuild/build/plan.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "build/cargo_runs.hpp"
#include "build/component.hpp"
#include "build/recipes.hpp"
#include "build/selection.hpp"
#include "build/sharing.hpp"
#include "build/timestamp.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"
#include "ocibuild/build/revision.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

std::string variable(const StringMap& environment, const std::string& name, const std::string& otherwise = {}) {
  std::string value = value_of(environment, name);
  return value.empty() ? otherwise : value;
}

// https://reproducible-builds.org/specs/source-date-epoch: a decimal number of seconds.
std::int64_t creation_time(const StringMap& environment, const std::optional<Revision>& revision) {
  const std::string text = variable(environment, "SOURCE_DATE_EPOCH");
  if (text.empty()) return revision ? revision->commit_time : 0;
  if (const auto seconds = whole_number<std::int64_t>(text)) return *seconds;
  throw Error{Errc::invalid_argument, fmt::format("SOURCE_DATE_EPOCH is `{}`, not a number of seconds", text)};
}

// The strongest of the origins that speak to all packages alike.
std::vector<std::string> shared_features(const Settings& command_line, const Settings& environment) {
  return command_line.features.value_or(environment.features.value_or(std::vector<std::string>{}));
}

void expect_features_somewhere(const std::vector<std::string>& features, const std::vector<ComponentPlan>& components) {
  for (const std::string& feature : features) {
    const auto takes = [&](const ComponentPlan& component) {
      const auto& own = component.features.value;
      return std::any_of(own.begin(), own.end(), [&](const std::string& taken) {
        return taken == feature || taken == fmt::format("{}/{}", component.package, feature);
      });
    };
    if (std::any_of(components.begin(), components.end(), takes)) continue;
    throw Error{Errc::invalid_argument, fmt::format("no component that is built has a feature `{}`", feature)};
  }
}

void expect_different_images(const std::vector<ComponentPlan>& components) {
  std::map<std::string, std::string> owners;
  for (const ComponentPlan& component : components) {
    const auto [owner, is_new] = owners.try_emplace(component.image.value, component.name);
    if (is_new) continue;
    throw Error{Errc::invalid_document, fmt::format("components {} and {} would both be the image `{}`", owner->second,
                                                    component.name, component.image.value)}
        .add_help("put `{component}` into `name`");
  }
}

PlatformPlan& place_of(std::vector<ComponentPlan>& components, const GivenBinary& given) {
  const auto component = std::ranges::find(components, given.component, &ComponentPlan::name);
  if (component == components.end()) throw Error{Errc::invalid_argument, "no component of that name is built"};
  const auto place = std::ranges::find(component->platforms, given.platform, &PlatformPlan::platform);
  if (place != component->platforms.end()) return *place;
  throw Error{Errc::invalid_argument, fmt::format("{} is not built for {}", given.component, given.platform.string())};
}

void place_given_binaries(std::vector<ComponentPlan>& components, const std::vector<GivenBinary>& binaries) {
  for (const GivenBinary& given : binaries) {
    with_context(fmt::format("--binary {}:{}", given.component, given.platform.string()), [&] {
      PlatformPlan& place = place_of(components, given);
      if (place.given_binary) throw Error{Errc::invalid_argument, "given twice"};
      place.given_binary = given.path;
    });
  }
}

// The names of images on ghcr.io are in lower case whatever the registry's is, see image_name.
void note_lower_case(Plan& plan) {
  for (const ComponentPlan& component : plan.components) {
    const std::string& registry = component.registry.value;
    if (!registry.starts_with("ghcr.io/") || to_lower(registry) == registry) continue;
    plan.notes.push_back(fmt::format("{} is written {}, as ghcr.io wants it", registry, to_lower(registry)));
    return;
  }
}

// What is left of the components are the images of the shard; `candidates` stays in step with them.
void keep_shard(Plan& plan, std::vector<Candidate>& candidates, const Shard& shard) {
  if (shard.is_whole()) return;
  std::vector<ImageId> images;
  for (const ComponentPlan& component : plan.components) {
    for (const PlatformPlan& platform : component.platforms) images.push_back({component.name, platform.platform});
  }
  const std::vector<bool> chosen = in_shard(images, shard);
  auto next = chosen.begin();
  std::vector<ComponentPlan> components;
  std::vector<Candidate> kept;
  for (std::size_t i = 0; i < plan.components.size(); ++i) {
    ComponentPlan& component = plan.components[i];
    std::erase_if(component.platforms, [&](const PlatformPlan&) { return !*next++; });
    if (component.platforms.empty()) continue;
    component.platform_setting.value.clear();
    for (const PlatformPlan& each : component.platforms) component.platform_setting.value.push_back(each.platform);
    components.push_back(std::move(component));
    kept.push_back(candidates[i]);
  }
  plan.notes.push_back(fmt::format("shard {} of {}: {} of {} images", shard.number, shard.count,
                                   std::count(chosen.begin(), chosen.end(), true), chosen.size()));
  plan.components = std::move(components);
  candidates = std::move(kept);
}

bool needs_lock(const std::vector<ComponentPlan>& components) {
  return std::any_of(components.begin(), components.end(), [](const ComponentPlan& component) {
    return component.base_place && component.base_place->kind == PlaceKind::registry;
  });
}

bool needs_compile(const std::vector<ComponentPlan>& components) {
  return std::any_of(components.begin(), components.end(), [](const ComponentPlan& component) {
    return std::any_of(component.platforms.begin(), component.platforms.end(),
                       [](const PlatformPlan& platform) { return !platform.given_binary; });
  });
}

// --locked whenever there is something to be locked to, so that a build never changes which versions it takes.
CargoOptions locked(CargoOptions options, const Workspace& workspace, std::vector<std::string>& notes) {
  const std::set<std::string> flags{options.flags.begin(), options.flags.end()};
  options.manifest_path.clear();  // from here on cargo runs in the root of the workspace
  if (flags.contains("--locked") || flags.contains("--frozen")) return options;
  if (std::filesystem::exists(workspace.root / "Cargo.lock")) {
    options.flags.push_back("--locked");
  } else {
    notes.push_back(
        "there was no Cargo.lock: commit the one cargo writes, so that later builds take the same versions");
  }
  return options;
}

CompileSetup ask_toolchain(const PlanRequest& request, const Workspace& workspace, const RunCommand& run) {
  CargoConfiguration configuration =
      read_cargo_configuration(run, request.cargo.cargo, workspace.root, request.environment);
  Toolchain toolchain = discover_toolchain(run, {.cargo = request.cargo.cargo,
                                                 .rustc = configuration.rustc.empty() ? "rustc" : configuration.rustc,
                                                 .directory = workspace.root});
  return {
      .toolchain = std::move(toolchain), .configuration = std::move(configuration), .environment = request.environment};
}

void plan_compile(Plan& plan, const PlanRequest& request, const std::vector<Candidate>& candidates,
                  const Surroundings& around, const RunCommand& run) {
  plan.compile = ask_toolchain(request, plan.workspace, run);
  for (std::size_t i = 0; i < plan.components.size(); ++i) {
    for (PlatformPlan& platform : plan.components[i].platforms) {
      if (platform.given_binary) continue;
      with_context(fmt::format("{} for {}", plan.components[i].name, platform.platform.string()), [&] {
        const BaseKind base = plan.components[i].base_place ? BaseKind::image : BaseKind::scratch;
        choose_compile(platform, base, configured_target(candidates[i], around, platform.platform), *plan.compile);
      });
    }
  }
  const CargoOptions options = locked(request.cargo, plan.workspace, plan.notes);
  const std::vector<CompileUnit> units = compile_units(plan.components, plan.workspace);
  for (const CompileGroup& group : share_processes(units, run, options, plan.workspace.root)) {
    plan.cargo_runs.push_back(cargo_run(group, options, plan.workspace.root));
  }
}

enum class How { with_compile, without_compile };

Plan decide(const PlanRequest& request, const RunCommand& run, How how) {
  Plan plan{.workspace = load_workspace(run, request.cargo)};
  RevisionAnswer answer = read_revision(run, plan.workspace.root);
  plan.notes = std::move(answer.notes);
  const Surroundings around{.workspace = plan.workspace,
                            .workspace_settings = parse_settings(plan.workspace.settings, SettingsTable::workspace),
                            .environment = settings_from_environment(request.environment),
                            .command_line = request.command_line,
                            .revision = answer.revision,
                            .created = creation_time(request.environment, answer.revision)};
  plan.source_date_epoch = around.created;
  plan.created = rfc3339(around.created);
  plan.revision = around.revision ? around.revision->commit : "";
  if (around.revision && around.revision->work_tree == WorkTree::changed) {
    plan.notes.push_back(fmt::format("the work tree differs from commit {}, which the images name", plan.revision));
  }
  const std::vector<std::string> features = shared_features(around.command_line, around.environment);
  std::vector<Candidate> candidates = select_components(plan.workspace, request, features);
  for (const Candidate& candidate : candidates) {
    plan.components.push_back(with_context(fmt::format("component {}", candidate.component), [&] {
      ComponentPlan component = plan_component(candidate, around);
      component.layers = common_layers(component, plan.workspace);
      return component;
    }));
  }
  expect_features_somewhere(features, plan.components);
  expect_different_images(plan.components);
  note_lower_case(plan);
  place_given_binaries(plan.components, request.binaries);
  keep_shard(plan, candidates, request.shard);
  plan.lock_file = lock_file(plan.workspace.root);
  if (needs_lock(plan.components)) plan.lock = read_lock(plan.lock_file);
  if (how == How::with_compile && needs_compile(plan.components)) plan_compile(plan, request, candidates, around, run);
  return plan;
}

}  // namespace

GivenBinary GivenBinary::parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.substr(0, equals).find(':');
  const bool is_whole =
      equals != std::string_view::npos && colon != std::string_view::npos && colon > 0 && equals + 1 < text.size();
  if (!is_whole) {
    throw Error{
        Errc::invalid_argument,
        fmt::format("`{}` is not of the form COMPONENT:PLATFORM=PATH, as in engine:linux/arm64=out/engine", text)};
  }
  return {.component = std::string{text.substr(0, colon)},
          .platform = Platform::parse(text.substr(colon + 1, equals - colon - 1)),
          .path = std::string{text.substr(equals + 1)}};
}

Plan make_plan(const PlanRequest& request, const RunCommand& run) {
  return decide(request, run, How::with_compile);
}

Plan plan_images(const PlanRequest& request, const RunCommand& run) {
  return decide(request, run, How::without_compile);
}

BasePin pin_of(const ComponentPlan& component, const Plan& plan) {
  const Place& place = component.base_place.value();
  if (place.kind != PlaceKind::registry) return {.digest = {}, .source = "a file of this machine", .platforms = {}};
  const auto locked = plan.lock.find(place.name);
  if (locked != plan.lock.end()) {
    return {.digest = locked->second.digest, .source = "ocibuild.lock", .platforms = locked->second.platforms};
  }
  const std::optional<Digest> named = Reference::parse(place.name).digest;
  const std::string_view source = named ? "the reference" : "the first build pins it in ocibuild.lock";
  return {.digest = named, .source = std::string{source}, .platforms = {}};
}

std::vector<WantedBase> wanted_bases(const Plan& plan) {
  std::vector<WantedBase> wanted;
  for (const ComponentPlan& component : plan.components) {
    if (component.base_place) wanted.push_back({*component.base_place, component.platform_setting.value});
  }
  return joined(wanted);
}

}  // namespace ocibuild
