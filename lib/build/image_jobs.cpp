// One thread proves binaries in the order they come, others make images.
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
      makers_{std::clamp(static_cast<unsigned>(count_images(plan)), 1U, threads_)} {
  for (const ComponentPlan& component : plan.components) {
    const auto base = base_of(component, options.bases);
    for (const PlatformPlan& platform : component.platforms) {
      Job job{
          .component = component, .platform = platform, .base = base ? image_for(*base, platform.platform) : nullptr};
      if (!platform.given_binary) {
        job.key = {find_member(plan.workspace, component.package)->id, component.binary, platform.triple.value};
      }
      jobs_.push_back(std::move(job));
    }
  }
}

void ImageJobs::begin_given() {
  std::vector<Job*> given;
  for (Job& job : jobs_) {
    if (!job.platform.given_binary) continue;
    job.binary = *job.platform.given_binary;
    prove(job);
    given.push_back(&job);
  }
  {
    const std::lock_guard lock{mutex_};
    running_ += static_cast<unsigned>(given.size());
  }
  for (Job* const job : given) start_making(*job);
}

void ImageJobs::begin(const BinaryKey& key, const std::filesystem::path& file) {
  for (Job& job : jobs_) {
    if (job.platform.given_binary || job.key != key) continue;
    if (job.binary == file) continue;  // said twice
    if (!job.binary.empty()) {
      throw Error{Errc::command_failed, fmt::format("cargo made two binaries `{}` for {}: {} and {}", key.binary,
                                                    key.triple, job.binary.native(), file.native())};
    }
    job.binary = file;
    {
      const std::lock_guard lock{mutex_};
      ++running_;
    }
    prover_.start([this, &job] { attempt(job, [&] { prove(job); }) ? start_making(job) : leave(); });
  }
}

void ImageJobs::start_making(Job& job) {
  makers_.start([this, &job] {
    attempt(job, [&] { make(job); });
    leave();
  });
}

/// False when `step` failed, or something else did before, so that nobody wants this image any more.
bool ImageJobs::attempt(Job& job, const std::function<void()>& step) {
  {
    const std::lock_guard lock{mutex_};
    if (failed_) return false;
  }
  try {
    step();
    return true;
  } catch (...) {
    const std::lock_guard lock{mutex_};
    job.failure = std::current_exception();
    failed_ = true;
    return false;
  }
}

void ImageJobs::leave() {
  const std::lock_guard lock{mutex_};
  --running_;
  ended_.notify_all();
}

void ImageJobs::prove(Job& job) {
  const ComponentPlan& component = job.component;
  const Platform& platform = job.platform.platform;
  with_context(image_name(component, job.platform), [&] {
    job.recipe = component_recipe({component, platform, job.binary, job.base}, plan_.created);
    const ElfFacts facts = read_elf(job.binary);
    const std::string path = binary_path(component);
    const ImageContents contents = contents_of(job.recipe, facts, bases_);
    std::vector<std::string> notes = require_runnable({facts, path, platform, contents});
    const std::lock_guard lock{mutex_};
    for (std::string& note : notes) notes_.insert(std::move(note));
  });
  events_(BinaryReady{component, platform, job.binary, std::filesystem::file_size(job.binary)});
}

void ImageJobs::make(Job& job) {
  {
    const std::lock_guard lock{mutex_};
    // Whoever is alone gets all threads; otherwise they are shared with those that wait for their turn.
    job.recipe.layer_options.jobs = std::max(1U, threads_ / running_);
  }
  const Platform& platform = job.platform.platform;
  job.image = with_context(image_name(job.component, job.platform), [&] {
    const Descriptor manifest = build_image(job.recipe, into_, memo_, [&](const Layer& layer) {
      events_(LayerReady{job.component, platform, layer.descriptor});
    });
    return BuiltImage{.manifest = manifest, .size = image_size(into_, manifest)};
  });
  events_(ImageReady{job.component, platform, job.image->manifest, job.image->size});
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
