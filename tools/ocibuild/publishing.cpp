// Uploading while other things go on.
#include "publishing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"
#include "options.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr unsigned early_uploads = 4;

std::string subject_of(const std::vector<ReleaseTarget>& targets) {
  return targets.size() == 1 ? targets.front().image.name() : counted(targets.size(), "image");
}

/// Reads every document once, for `documents`: a release asks for each of them several times, and some are far away.
Copied gather(const ReadStore& from, const std::vector<Descriptor>& roots, MemoryStore& documents) {
  Copied all;
  for (const Descriptor& root : roots) {
    walk(from, root, [&](const Descriptor& node, std::string_view document) {
      ++all.blobs;
      all.bytes += node.size;
      if (document.empty()) return;
      documents.put({.descriptor = node,
                     .open = [text = std::string{document}] { return std::make_unique<MemorySource>(text); }});
    });
  }
  return all;
}

}  // namespace

void add_force_tag_flag(CLI::App& command, PushOptions& options) {
  command.add_flag("--force-tag", options.force_tag,
                   "move tags that should not move: sha-... and release versions, and others back to an older commit");
}

void add_push_options(CLI::App& command, PushOptions& options) {
  command.add_flag("--push", options.push, "publish the images in their registry, all tags last");
  command.add_flag("--push-by-digest", options.by_digest, "the same, but move no tag");
  add_force_tag_flag(command, options);
  add_network_options(command, options.network);
}

Reference pushed_image(const std::string& component, const std::string& image) {
  Reference reference = Reference::parse(image);
  if (reference.name() == image) return reference;  // a name without a registry gets docker.io's, which nobody meant
  throw Error{Errc::invalid_argument, fmt::format("no registry is set for {}", component)}.add_help(
      "say --registry ghcr.io/OWNER, or `registry` under [workspace.metadata.ocibuild]");
}

Publisher::Publisher(Network& network, std::vector<ReleaseTarget> targets, PublisherOptions options, Session& session,
                     Progress& progress)
    : network_{network}, session_{session}, progress_{progress}, start_{steady_time()}, subject_{subject_of(targets)} {
  ReleaseOptions release{.immutable_tags = options.force_tag ? ImmutableTags::overwrite : ImmutableTags::respect,
                         .sources = std::move(options.sources),
                         .before_move = std::move(options.before_move),
                         .placed = [this](const Placed& placed) { show(placed); }};
  release_ = std::make_unique<Release>(network.client(), std::move(targets), std::move(release));
  uploads_ = std::make_unique<WorkerPool>(early_uploads);
}

Publisher::~Publisher() {
  abandoned_ = true;
}

void Publisher::show(const Placed& placed) {
  constexpr std::string_view words[] = {"already there", "mounted", "uploaded"};
  session_.console.detail(
      Verbosity::verbose,
      fmt::format("{}: {} {}, {}", placed.target.image.name(), words[static_cast<std::size_t>(placed.outcome)],
                  placed.descriptor.digest.string(), human_size(placed.descriptor.size)));
  const std::lock_guard lock{mutex_};
  if (const auto found = on_their_way_.find(placed.descriptor.digest); found != on_their_way_.end()) {
    sent_ -= found->second;
    on_their_way_.erase(found);
  }
  (placed.outcome == BlobOutcome::uploaded ? sent_ : unsent_) += placed.descriptor.size;
  show_step();
}

void Publisher::show_read(const Descriptor& blob, std::uint64_t bytes) {
  if (abandoned_) throw Error{Errc::io, "nobody wants it any more"};
  if (node_kind(blob.media_type) != NodeKind::blob) return;
  const std::lock_guard lock{mutex_};
  std::uint64_t& before = on_their_way_[blob.digest];
  sent_ = sent_ - before + bytes;
  before = bytes;
  show_step();
}

/// What the registry had does not count, so that the speed is that of the network.
void Publisher::show_step() {
  progress_.update({.subject = subject_,
                    .activity = "pushing",
                    .done = sent_,
                    .total = all_ < unsent_ ? 0 : std::max(all_ - unsent_, sent_)});
}

CountedStore Publisher::counted_store(const ReadStore& store) {
  return {store, [this](const Descriptor& blob, std::uint64_t bytes) { show_read(blob, bytes); }};
}

void Publisher::stage(std::size_t target, const ReadStore& from, const Descriptor& blob) {
  uploads_->start([this, target, &from, blob] {
    if (gave_up_ || abandoned_) return;
    try {
      release_->stage(target, counted_store(from), blob);
    } catch (const Error& error) {
      if (abandoned_) return;
      gave_up_ = true;
      session_.console.detail(Verbosity::verbose, fmt::format("not sent early: {}", error.what()));
      const std::lock_guard lock{mutex_};
      if (error.code() == Errc::unauthorized || error.code() == Errc::denied) refusal_ = error;
    }
  });
}

void Publisher::require_rights() {
  const std::lock_guard lock{mutex_};
  if (refusal_) throw *refusal_;
}

ReleaseSummary Publisher::publish(const ReadStore& from, const std::vector<Descriptor>& roots) {
  MemoryStore documents;
  whole_ = gather(from, roots, documents);
  {
    const std::lock_guard lock{mutex_};
    all_ = whole_.bytes;
    show_step();
  }
  const UnionStore source{{&documents, &from}};
  gave_up_ = true;  // what is still to be sent early, this sends
  const ReleaseSummary summary = release_->publish(counted_store(source), roots);
  progress_.finish(subject_, summary_text(summary, network_.retries(), steady_time() - start_));
  return summary;
}

std::unique_ptr<Publisher> start_release(const PushOptions& push, Network& network, std::vector<ReleaseTarget> targets,
                                         PublisherOptions options, Session& session, Progress& progress) {
  if (!targets.empty()) network.set_target(targets.front().image.registry);
  options.force_tag = push.force_tag;
  return std::make_unique<Publisher>(network, std::move(targets), std::move(options), session, progress);
}

std::string summary_text(const ReleaseSummary& summary, unsigned retries, std::chrono::milliseconds elapsed) {
  const bool sent = summary.uploaded + summary.mounted > 0;
  std::string text =
      sent ? fmt::format("pushed {} in {}", human_size(summary.bytes_uploaded), counted(summary.uploaded, "blob"))
           : "nothing to push";
  if (summary.mounted > 0) text += fmt::format(", {} mounted", summary.mounted);
  if (summary.present > 0)
    text +=
        fmt::format(", {} already there", sent ? std::to_string(summary.present) : counted(summary.present, "blob"));
  if (retries > 0) text += fmt::format(", {}", retries == 1 ? "1 retry" : fmt::format("{} retries", retries));
  return fmt::format("{}, {}", text, human_duration(elapsed));
}

}  // namespace ocibuild
