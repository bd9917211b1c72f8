// Pushing images to registries, shown, and summed up.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "copying.hpp"
#include "counted_store.hpp"
#include "network.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/registry/release.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {

/// `--push` and what belongs to it.
struct PushOptions {
  bool wanted() const noexcept { return push || by_digest; }

  bool push = false;
  bool by_digest = false;  ///< no tag is moved
  bool force_tag = false;
  NetworkOptions network;
};

/// Adds them to a command that makes images.
void add_push_options(CLI::App& command, PushOptions& options);

/// Adds `--force-tag` alone.
void add_force_tag_flag(CLI::App& command, PushOptions& options);

/// Where an image of a component goes: its name, which has to say a registry. Throws Error{invalid_argument}.
Reference pushed_image(const std::string& component, const std::string& image);

/// Which images may have a blob, so that it can be mounted from there.
using FindSources = std::function<std::vector<Reference>(const Descriptor& blob)>;

/// What a release is made with.
struct PublisherOptions {
  bool force_tag = false;
  FindSources sources;                              ///< empty: none are known
  std::function<void(const TagMove&)> before_move;  ///< as in ReleaseOptions
};

/// A release with a display. Layers that are handed over early are sent in the background.
class Publisher {
 public:
  /// Asks the registries about tags that must not move. Throws as Release.
  Publisher(Network& network, std::vector<ReleaseTarget> targets, PublisherOptions options, Session& session,
            Progress& progress);

  /// Ends what is still being sent.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Sends a blob of a target in the background. What goes wrong comes out of `publish`, which tries again; until then
  /// nothing more is sent.
  void stage(std::size_t target, const ReadStore& from, const Descriptor& blob);

  /// Throws Error{unauthorized, denied} when a registry refused what was staged: publishing would fail as well.
  void require_rights();

  /// Publishes one root for each target, and says what it took. `from` and that of `stage` outlive this object.
  ReleaseSummary publish(const ReadStore& from, const std::vector<Descriptor>& roots);

  /// How much there was to publish, known after `publish`.
  const Copied& whole() const noexcept { return whole_; }

 private:
  void show(const Placed& placed);
  void show_read(const Descriptor& blob, std::uint64_t bytes);
  void show_step();
  CountedStore counted_store(const ReadStore& store);

  Network& network_;
  Session& session_;
  Progress& progress_;
  std::chrono::milliseconds start_;
  std::string subject_;
  Copied whole_;

  std::mutex mutex_;                              // guards what follows
  std::map<Digest, std::uint64_t> on_their_way_;  // blobs, and how much of each was read
  std::uint64_t sent_ = 0;                        // bytes, those on their way included
  std::uint64_t unsent_ = 0;                      // bytes that the registry had already
  std::uint64_t all_ = 0;                         // bytes; 0: not known yet
  std::optional<Error> refusal_;

  std::atomic<bool> gave_up_ = false;    // nothing is sent early any more
  std::atomic<bool> abandoned_ = false;  // nor is what is on its way
  std::unique_ptr<Release> release_;
  std::unique_ptr<WorkerPool> uploads_;  // ends first: its tasks use the release
};

/// The publisher for `--push`, which decides on `force_tag`; explicit credentials go to the first target's registry.
std::unique_ptr<Publisher> start_release(const PushOptions& push, Network& network, std::vector<ReleaseTarget> targets,
                                         PublisherOptions options, Session& session, Progress& progress);

/// `pushed 12.3 MB in 4 blobs, 2 mounted, 8 already there, 1.2 s`, or `nothing to push, 8 blobs already there, 0.2 s`.
std::string summary_text(const ReleaseSummary& summary, unsigned retries, std::chrono::milliseconds elapsed);

}  // namespace ocibuild
