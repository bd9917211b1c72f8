// Compile, prove, assemble, name.
#include "ocibuild/build/build.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "build/compile.hpp"
#include "build/contents.hpp"
#include "build/recipes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/build/runnable.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {
namespace {

// One image that is to be made.
struct Task {
  const ComponentPlan& component;
  const Platform& platform;
  std::filesystem::path binary;
  Recipe recipe;
};

std::filesystem::path find_binary(const PlatformPlan& platform, const ComponentPlan& component,
                                  const Workspace& workspace, const CompiledBinaries& compiled) {
  if (platform.given_binary) return *platform.given_binary;
  const BinaryKey key{find_member(workspace, component.package)->id, component.binary, platform.triple.value};
  const auto found = compiled.find(key);
  if (found != compiled.end()) return found->second;
  throw Error{Errc::command_failed,
              fmt::format("cargo ended well, but made no binary `{}` for {}", component.binary, platform.triple.value)};
}

std::vector<Task> plan_tasks(const Plan& plan, const CompiledBinaries& compiled) {
  std::vector<Task> tasks;
  for (const ComponentPlan& component : plan.components) {
    for (const PlatformPlan& platform : component.platforms) {
      std::filesystem::path binary = find_binary(platform, component, plan.workspace, compiled);
      Recipe recipe = component_recipe(component, platform.platform, binary, plan.created);
      tasks.push_back({component, platform.platform, std::move(binary), std::move(recipe)});
    }
  }
  return tasks;
}

void prove(const std::vector<Task>& tasks, const BuildEvents& events) {
  std::set<std::string> notes;
  for (const Task& task : tasks) {
    with_context(fmt::format("{} for {}", task.component.name, task.platform.string()), [&] {
      const ElfFacts facts = read_elf(task.binary);
      const std::string path = binary_path(task.component);
      const ImageContents contents = contents_of(task.recipe);
      for (std::string& note : require_runnable({facts, path, task.platform, contents})) notes.insert(std::move(note));
    });
    events(BinaryReady{task.component, task.platform, task.binary, std::filesystem::file_size(task.binary)});
  }
  for (const std::string& note : notes) events(Noted{note});
}

std::vector<std::optional<BuiltImage>> assemble(std::vector<Task>& tasks, Store& into, unsigned jobs,
                                                const BuildEvents& events) {
  std::vector<std::optional<BuiltImage>> images(tasks.size());
  LayerMemo memo;
  const unsigned side_by_side = std::clamp(static_cast<unsigned>(tasks.size()), 1U, std::max(jobs, 1U));
  for_each_index(tasks.size(), side_by_side, [&](std::size_t i) {
    Task& task = tasks[i];
    task.recipe.layer_options.jobs = std::max(1U, jobs / side_by_side);
    with_context(fmt::format("{} for {}", task.component.name, task.platform.string()), [&] {
      const Descriptor manifest = build_image(task.recipe, into, memo);
      images[i] = BuiltImage{.manifest = manifest, .size = image_size(into, manifest)};
    });
    events(ImageReady{task.component, task.platform, images[i]->manifest, images[i]->size});
  });
  return images;
}

std::vector<BuiltComponent> join_platforms(const Plan& plan, const std::vector<Task>& tasks,
                                           const std::vector<std::optional<BuiltImage>>& images, Store& into) {
  std::vector<BuiltComponent> components;
  std::size_t next = 0;
  for (const ComponentPlan& component : plan.components) {
    std::vector<BuiltImage> own;
    std::vector<Descriptor> manifests;
    for (; next < tasks.size() && &tasks[next].component == &component; ++next) {
      own.push_back(*images[next]);
      manifests.push_back(images[next]->manifest);
    }
    components.push_back({.name = component.name,
                          .image = component.image.value,
                          .tags = component.tags.value,
                          .index = build_index(manifests, values_of(component.annotations), into),
                          .images = std::move(own)});
  }
  return components;
}

void name_root(const BuiltComponent& built, const std::string& name, const std::string& tag, Store& into) {
  Descriptor root = built.index;
  Reference reference = Reference::parse(built.image);
  reference.tag = tag;
  root.annotations["io.containerd.image.name"] = reference.string();
  into.tag(root, name);
}

void name_all(const Plan& plan, const std::vector<BuiltComponent>& components, Store& into) {
  for (std::size_t i = 0; i < components.size(); ++i) {
    const BuiltComponent& built = components[i];
    name_root(built, built.name, built.tags.front(), into);
    if (plan.components[i].tags.origin == Origin::built_in) continue;
    for (const std::string& tag : built.tags) name_root(built, fmt::format("{}:{}", built.name, tag), tag, into);
  }
}

}  // namespace

BuildResult build(const Plan& plan, Store& into, const RunCommand& run, const BuildOptions& options,
                  const BuildEvents& events) {
  std::mutex mutex;
  const BuildEvents one_at_a_time = [&](const BuildEvent& event) {
    const std::lock_guard lock{mutex};
    if (events) events(event);
  };
  const CompiledBinaries compiled = compile(plan, run, options, one_at_a_time);
  std::vector<Task> tasks = plan_tasks(plan, compiled);
  prove(tasks, one_at_a_time);
  const auto images = assemble(tasks, into, options.jobs, one_at_a_time);
  BuildResult result{.components = join_platforms(plan, tasks, images, into)};
  name_all(plan, result.components, into);
  return result;
}

}  // namespace ocibuild
