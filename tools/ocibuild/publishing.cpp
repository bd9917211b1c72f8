// Uploading while other things go on.
#include "publishing.hpp"

#include <fmt/format.h>

#include "options.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr unsigned early_uploads = 4;

std::string subject_of(const std::vector<ReleaseTarget>& targets) {
  return targets.size() == 1 ? targets.front().image.name() : counted(targets.size(), "image");
}

}  // namespace

void add_push_options(CLI::App& command, PushOptions& options) {
  command.add_flag("--push", options.push, "publish the images in their registry, all tags last");
  command.add_flag("--force-tag", options.force_tag, "move tags that should never move: sha-... and release versions");
  add_network_options(command, options.network);
}

Publisher::Publisher(Network& network, std::vector<ReleaseTarget> targets, PublisherOptions options, Session& session,
                     Progress& progress)
    : network_{network},
      session_{session},
      progress_{progress},
      start_{steady_time()},
      subject_{subject_of(targets)},
      step_{.subject = subject_, .activity = "pushing"} {
  ReleaseOptions release{.immutable_tags = options.force_tag ? ImmutableTags::overwrite : ImmutableTags::respect,
                         .sources = [sources = std::move(options.sources)](const Descriptor&) { return sources; },
                         .placed = [this](const Placed& placed) { show(placed); }};
  release_ = std::make_unique<Release>(network.client(), std::move(targets), std::move(release));
  uploads_ = std::make_unique<WorkerPool>(early_uploads);
}

void Publisher::show(const Placed& placed) {
  constexpr std::string_view words[] = {"already there", "mounted", "uploaded"};
  session_.console.detail(Verbosity::verbose, fmt::format("{}: {} {}, {}", placed.target.image.name(),
                                                          words[static_cast<std::size_t>(placed.outcome)],
                                                          placed.descriptor.digest.string(),
                                                          human_size(placed.descriptor.size)));
  step_.done += placed.descriptor.size;
  progress_.update(step_);
}

void Publisher::stage(std::size_t target, const ReadStore& from, const Descriptor& blob) {
  uploads_->start([this, target, &from, blob] {
    try {
      release_->stage(target, from, blob);
    } catch (const Error& error) {
      session_.console.detail(Verbosity::verbose, fmt::format("not sent early: {}", error.what()));
    }
  });
}

ReleaseSummary Publisher::publish(const ReadStore& from, const std::vector<Descriptor>& roots) {
  progress_.update(step_);
  summary_ = release_->publish(from, roots);
  progress_.finish(subject_, summary_text(summary_, network_.retries(), steady_time() - start_));
  return summary_;
}

std::unique_ptr<Publisher> start_release(const PushOptions& options, Network& network,
                                         std::vector<ReleaseTarget> targets, Session& session, Progress& progress) {
  if (!targets.empty()) network.set_target(targets.front().image.registry);
  return std::make_unique<Publisher>(network, std::move(targets),
                                     PublisherOptions{.force_tag = options.force_tag, .sources = {}}, session, progress);
}

std::string summary_text(const ReleaseSummary& summary, unsigned retries, std::chrono::milliseconds elapsed) {
  std::string text = fmt::format("pushed {} in {}, {} mounted, {} already there", human_size(summary.bytes_uploaded),
                                 counted(summary.uploaded, "blob"), summary.mounted, summary.present);
  if (retries > 0) text += fmt::format(", {}", retries == 1 ? "1 retry" : fmt::format("{} retries", retries));
  return fmt::format("{}, {}", text, human_duration(elapsed));
}

}  // namespace ocibuild
