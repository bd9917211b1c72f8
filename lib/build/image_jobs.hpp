// The images of a plan, each made as soon as its binary exists.
#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "build/compile.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/build/build.hpp"

namespace ocibuild {

/// Makes images on threads of its own, while its caller runs cargo. Used by one thread; events come from any. When it
/// is destroyed early it waits for the images that are being made; the others are not begun.
class ImageJobs {
 public:
  /// Everything given lives longer than this object.
  ImageJobs(const Plan& plan, Store& into, const BuildOptions& options, const BuildEvents& events);

  /// Proves the binaries that were given, and then begins their images. Throws as require_runnable.
  void begin_given();

  /// Proves a binary that was compiled, reading kilobytes of it, and begins its image; one that nobody asked for is
  /// passed over. Throws as require_runnable, and Error{command_failed} for a second file with the same key.
  void begin(const BinaryKey& key, const std::filesystem::path& file);

  /// Throws what made an image fail, if one has failed: of several the first in the order of the plan.
  void require_no_failure();

  /// Waits for all images and returns them in the order of the plan. Throws as require_no_failure, and
  /// Error{command_failed} when a binary never came.
  std::vector<BuiltImage> finish();

 private:
  // An image that is to be made.
  struct Job {
    const ComponentPlan& component;
    const PlatformPlan& platform;
    BinaryKey key;                 // of a binary that is compiled
    std::filesystem::path binary;  // empty: not there yet
    Recipe recipe;
    std::optional<BuiltImage> image;
    std::exception_ptr failure;
  };

  void prove(Job& job, const std::filesystem::path& binary);
  void start(Job& job);
  void run(Job& job);
  BuiltImage make(Job& job);

  const Plan& plan_;
  Store& into_;
  const unsigned threads_;
  const BuildEvents& events_;
  std::set<std::string> notes_;
  LayerMemo memo_;
  std::vector<Job> jobs_;  // in the order of the plan
  std::mutex mutex_;       // of what follows, and of `image` and `failure` of each job
  std::condition_variable ended_;
  unsigned running_ = 0;  // those that wait for a thread included
  bool failed_ = false;
  WorkerPool pool_;  // last: its threads end before what they work on
};

}  // namespace ocibuild
