// Compile, prove and make images side by side; join and name them at the end.
#include "ocibuild/build/build.hpp"

#include <filesystem>
#include <iterator>
#include <mutex>

#include <fmt/format.h>

#include "build/compile.hpp"
#include "build/image_jobs.hpp"
#include "build/recipes.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {
namespace {

std::vector<BuiltComponent> join_platforms(const Plan& plan, std::vector<BuiltImage> images, const Bases& bases,
                                           Store& into) {
  std::vector<BuiltComponent> components;
  auto next = images.begin();
  for (const ComponentPlan& component : plan.components) {
    const auto end = next + static_cast<std::ptrdiff_t>(component.platforms.size());
    std::vector<BuiltImage> own{std::make_move_iterator(next), std::make_move_iterator(end)};
    next = end;
    std::vector<Descriptor> manifests;
    for (const BuiltImage& image : own) manifests.push_back(image.manifest);
    const auto base = base_of(component, bases);
    components.push_back({.name = component.name,
                          .image = component.image.value,
                          .tags = component.tags.value,
                          .index = build_index(manifests, index_annotations(component, base.get()), into),
                          .images = std::move(own)});
  }
  return components;
}

void copy_base_layers(const Plan& plan, const BuildOptions& options, Store& into) {
  std::vector<std::shared_ptr<const BaseImage>> images;
  for (const ComponentPlan& component : plan.components) {
    const auto base = base_of(component, options.bases);
    if (!base) continue;
    for (const PlatformPlan& platform : component.platforms) images.push_back(image_for(*base, platform.platform));
  }
  copy_layers(images, into, {.jobs = options.jobs});
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
  ImageJobs jobs{plan, into, options, one_at_a_time};
  jobs.begin_given();
  compile(plan, run, options,
          {.progress = one_at_a_time,
           .binary_made = [&](const BinaryKey& key, const std::filesystem::path& file) { jobs.begin(key, file); },
           .while_running = [&] {  // else cargo would compile for nobody
             jobs.require_no_failure();
             if (options.while_compiling) options.while_compiling();
           }});
  std::vector<BuiltImage> images = jobs.finish();
  if (options.base_layers == BaseLayers::copy) copy_base_layers(plan, options, into);
  BuildResult result{.components = join_platforms(plan, std::move(images), options.bases, into)};
  name_all(plan, result.components, into);
  return result;
}

}  // namespace ocibuild
