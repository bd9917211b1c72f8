// Proving binaries where cargo is read, making images beside it.
#include "build/image_jobs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "build/contents.hpp"
#include "build/recipes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/build/runnable.hpp"

namespace ocibuild {
namespace {

std::string image_name(const ComponentPlan& component, const PlatformPlan& platform) {
  return fmt::format("{} for {}", component.name, platform.platform.string());
}

std::size_t count_images(const Plan& plan) {
  std::size_t count = 0;
  for (const ComponentPlan& component : plan.components) count += component.platforms.size();
  return count;
}

}  // namespace

ImageJobs::ImageJobs(const Plan& plan, Store& into, const BuildOptions& options, const BuildEvents& events)
    : plan_{plan},
      into_{into},
      threads_{std::max(options.jobs, 1U)},
      events_{events},
      memo_{options.cache},
      pool_{std::clamp(static_cast<unsigned>(count_images(plan)), 1U, threads_)} {
  for (const ComponentPlan& component : plan.components) {
    for (const PlatformPlan& platform : component.platforms) {
      Job job{.component = component, .platform = platform};
      if (!platform.given_binary) {
        job.key = {find_member(plan.workspace, component.package)->id, component.binary, platform.triple.value};
      }
      jobs_.push_back(std::move(job));
    }
  }
}

void ImageJobs::prove(Job& job, const std::filesystem::path& binary) {
  const ComponentPlan& component = job.component;
  const Platform& platform = job.platform.platform;
  with_context(image_name(component, job.platform), [&] {
    job.recipe = component_recipe(component, platform, binary, plan_.created);
    const ElfFacts facts = read_elf(binary);
    const std::string path = binary_path(component);
    const ImageContents contents = contents_of(job.recipe);
    for (std::string& note : require_runnable({facts, path, platform, contents})) notes_.insert(std::move(note));
  });
  job.binary = binary;
  events_(BinaryReady{component, platform, binary, std::filesystem::file_size(binary)});
}

void ImageJobs::begin_given() {
  std::vector<Job*> given;
  for (Job& job : jobs_) {
    if (!job.platform.given_binary) continue;
    prove(job, *job.platform.given_binary);
    given.push_back(&job);
  }
  for (Job* const job : given) start(*job);
}

void ImageJobs::begin(const BinaryKey& key, const std::filesystem::path& file) {
  for (Job& job : jobs_) {
    if (job.platform.given_binary || job.key != key) continue;
    if (job.binary == file) continue;  // said twice
    if (!job.binary.empty()) {
      throw Error{Errc::command_failed, fmt::format("cargo made two binaries `{}` for {}: {} and {}", key.binary,
                                                    key.triple, job.binary.native(), file.native())};
    }
    prove(job, file);
    start(job);
  }
}

void ImageJobs::start(Job& job) {
  {
    const std::lock_guard lock{mutex_};
    ++running_;
  }
  pool_.start([this, &job] { run(job); });
}

void ImageJobs::run(Job& job) {
  bool wanted = false;
  {
    const std::lock_guard lock{mutex_};
    wanted = !failed_;
    // Whoever is alone gets all threads; otherwise they are shared with those that wait for their turn.
    job.recipe.layer_options.jobs = std::max(1U, threads_ / running_);
  }
  std::optional<BuiltImage> image;
  std::exception_ptr failure;
  try {
    if (wanted) image = make(job);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock{mutex_};
  job.image = std::move(image);
  job.failure = failure;
  failed_ = failed_ || failure;
  --running_;
  ended_.notify_all();
}

BuiltImage ImageJobs::make(Job& job) {
  const Platform& platform = job.platform.platform;
  const BuiltImage image = with_context(image_name(job.component, job.platform), [&] {
    const Descriptor manifest = build_image(job.recipe, into_, memo_, [&](const Layer& layer) {
      events_(LayerReady{job.component, platform, layer.descriptor});
    });
    return BuiltImage{.manifest = manifest, .size = image_size(into_, manifest)};
  });
  events_(ImageReady{job.component, platform, image.manifest, image.size});
  return image;
}

void ImageJobs::require_no_failure() {
  const std::lock_guard lock{mutex_};
  for (const Job& job : jobs_) {
    if (job.failure) std::rethrow_exception(job.failure);
  }
}

std::vector<BuiltImage> ImageJobs::finish() {
  for (const Job& job : jobs_) {
    if (!job.binary.empty()) continue;
    throw Error{Errc::command_failed, fmt::format("cargo ended well, but made no binary `{}` for {}",
                                                  job.component.binary, job.platform.triple.value)};
  }
  {
    std::unique_lock lock{mutex_};
    ended_.wait(lock, [this] { return running_ == 0; });
  }
  require_no_failure();
  for (const std::string& note : notes_) events_(Noted{note});
  std::vector<BuiltImage> images;
  for (const Job& job : jobs_) images.push_back(*job.image);
  return images;
}

}  // namespace ocibuild
