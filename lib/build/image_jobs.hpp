// The images of a plan, each made as soon as its binary exists.
#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "build/base_contents.hpp"
#include "build/compile.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/build/build.hpp"

namespace ocibuild {

/// Makes images on threads of its own, while its caller runs cargo. Used by one thread; events come from any. When it
/// is destroyed early it waits for the images that are being made; the others are not begun.
class ImageJobs {
 public:
  /// Everything given lives longer than this object. Throws Error{invalid_argument} for a base that was not opened.
  ImageJobs(const Plan& plan, Store& into, const BuildOptions& options, const BuildEvents& events);

  /// Proves the binaries that were given, and then begins their images. Throws as require_runnable.
  void begin_given();

  /// Begins to prove a binary that was compiled, and then to make its image; returns at once. One that nobody asked for
  /// is passed over. Throws Error{command_failed} for a second file with the same key.
  void begin(const BinaryKey& key, const std::filesystem::path& file);

  /// Throws what is wrong with a binary or what made an image fail, if something did: of several the first in the order
  /// of the plan.
  void require_no_failure();

  /// Waits for all images and returns them in the order of the plan. Throws as require_no_failure, and
  /// Error{command_failed} when a binary never came.
  std::vector<BuiltImage> finish();

 private:
  // An image that is to be made.
  struct Job {
    const ComponentPlan& component;
    const PlatformPlan& platform;
    std::shared_ptr<const BaseImage> base;  // null: scratch
    BinaryKey key;                          // of a binary that is compiled
    std::filesystem::path binary;           // empty: not there yet
    Recipe recipe;
    std::optional<BuiltImage> image;
    std::exception_ptr failure;
  };

  void prove(Job& job);
  void make(Job& job);
  void start_making(Job& job);
  bool attempt(Job& job, const std::function<void()>& step);
  void leave();

  const Plan& plan_;
  Store& into_;
  const unsigned threads_;
  const BuildEvents& events_;
  LayerMemo memo_;
  BaseContents bases_;
  std::vector<Job> jobs_;  // in the order of the plan
  std::mutex mutex_;       // of what follows, and of `failure` of each job
  std::condition_variable ended_;
  std::set<std::string> notes_;
  unsigned running_ = 0;  // those that wait for a thread included
  bool failed_ = false;
  WorkerPool makers_;     // last, because their threads work on everything above
  WorkerPool prover_{1};  // a thread of its own: a binary that would not run is known before layers of others are made
};

}  // namespace ocibuild
