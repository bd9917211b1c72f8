// ocibuild build
#include <memory>

#include <fmt/format.h>

#include "base_images.hpp"
#include "build_display.hpp"
#include "build_report.hpp"
#include "build_summary.hpp"
#include "commands.hpp"
#include "copying.hpp"
#include "digests_file.hpp"
#include "github_actions.hpp"
#include "ocibuild/build/build.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "options.hpp"
#include "output_file.hpp"
#include "outputs.hpp"
#include "planning.hpp"
#include "publishing.hpp"
#include "session_cache.hpp"
#include "tag_guard.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct BuildCommand {
  PlanningOptions planning;
  std::vector<std::string> outputs;
  std::optional<std::string> digests_file;
  std::optional<std::string> metadata_file;
  std::optional<std::string> previous;
  std::optional<unsigned> jobs;
  PushOptions push;
  bool no_cache = false;
  bool json = false;
};

/// The names that `build` gave to the roots, to be given in the other places too.
std::vector<Publication> publications(const BuildResult& result, const Store& store) {
  std::vector<Publication> all;
  for (const BuiltComponent& component : result.components) {
    Publication publication{.root = component.index};
    for (const std::string& tag : component.tags) {
      publication.references.push_back(fmt::format("{}:{}", component.image, tag));
      const std::string name = fmt::format("{}:{}", component.name, tag);
      const auto tagged = store.resolve(name);
      const bool is_named = tagged && tagged->digest == component.index.digest;
      if (is_named) publication.names.emplace(name, publication.references.back());
    }
    publication.names.emplace(component.name, publication.references.front());
    all.push_back(std::move(publication));
  }
  return all;
}

/// The digests to compare with: those that were asked for, else those that will be replaced. Nobody depends on the
/// latter being there, or being good.
std::optional<ImageDigests> previous_digests(const BuildCommand& options, const std::filesystem::path& replaced) {
  if (options.previous) return read_digests(std::filesystem::path{*options.previous});
  try {
    return read_digests(replaced);
  } catch (const Error&) {
    return std::nullopt;
  }
}

DigestsOutput digests_output(const BuildCommand& options, const Plan& plan) {
  return {.file = digests_target(options.digests_file, plan.workspace.target_directory / "ocibuild"),
          .json = options.json};
}

/// What people get to know of a finished build.
ExitCode report(const BuildSummary& summary, const Plan& plan, Session& session) {
  for (const std::string& line : summary.lines(plan)) session.console.status(line);
  add_step_summary(summary.markdown(), session.environment);
  std::vector<std::string> broken = summary.broken_sizes(plan);
  for (std::string& text : summary.broken_times(plan)) broken.push_back(std::move(text));
  for (const std::string& text : broken) session.console.report(Error{Errc::invalid_argument, text});
  if (broken.empty()) return ExitCode::ok;
  session.console.help("make it smaller or faster, or raise the limit under `budget` in Cargo.toml");
  return ExitCode::findings;
}

/// What others get: files, the outputs of a workflow's step, and the result.
void give_results(const BuildCommand& options, const BuildResult& result, const ImageDigests& digests,
                  const DigestsOutput& output, Session& session) {
  if (options.metadata_file) {
    with_context("writing the metadata", [&] { write_output(*options.metadata_file, metadata_json(result)); });
  }
  give_digests(digests, output, session);
}

/// A part of an image must not take the place of the whole: it gets a tag of its own, by which `index merge` finds it.
std::vector<std::string> pushed_tags(const BuildCommand& options, const Plan& plan, const ComponentPlan& component) {
  if (options.push.by_digest) return {};
  const Shard shard = wanted_shard(options.planning);
  if (shard.is_whole()) return component.tags.value;
  if (plan.revision.empty()) return {};
  return {shard_tag(plan.revision, shard)};
}

/// Where the components go. Throws Error{invalid_argument} for one without a registry.
std::vector<ReleaseTarget> release_targets(const Plan& plan, const BuildCommand& options) {
  if (!options.push.wanted()) return {};
  std::vector<ReleaseTarget> targets;
  for (const ComponentPlan& component : plan.components) {
    targets.push_back(
        {.image = with_context("--push", [&] { return pushed_image(component.name, component.image.value); }),
         .tags = pushed_tags(options, plan, component)});
  }
  return targets;
}

/// Where the images are pushed, by this build or another; nothing when the workspace names no registry.
std::optional<std::string> own_registry(const Plan& plan) {
  for (const ComponentPlan& component : plan.components) {
    const Reference image = Reference::parse(component.image.value);
    if (image.name() == component.image.value) return image.registry;
  }
  return std::nullopt;
}

/// Sends layers and configs as soon as they are there, while cargo compiles what comes next.
void stage_early(const BuildEvent& event, const Plan& plan, const Store& store, Publisher& publisher) {
  const auto stage = [&](const ComponentPlan& component, const Descriptor& blob) {
    publisher.stage(static_cast<std::size_t>(&component - plan.components.data()), store, blob);
  };
  if (const auto* layer = std::get_if<LayerReady>(&event)) stage(layer->component, layer->layer);
  if (const auto* image = std::get_if<ImageReady>(&event)) {
    const std::string manifest = read_blob(store, image->manifest, max_manifest_size);
    stage(image->component, parse_manifest(manifest, image->manifest.media_type).config);
  }
}

BuildEvents events(const Plan& plan, const Store& store, BuildDisplay& display, Publisher* publisher) {
  return [&plan, &store, &display, publisher](const BuildEvent& event) {
    display.show(event);
    if (publisher != nullptr) stage_early(event, plan, store, *publisher);
  };
}

PublisherOptions publisher_options(const Plan& plan, const Bases& bases, Session& session) {
  const ReleasedCommit commit{.revision = plan.revision, .created = plan.created, .directory = plan.workspace.root};
  return {.sources = base_sources(bases), .before_move = refuse_older_commits(commit, session_runner(session))};
}

/// Where the layers of bases may be: nobody has to download them for a push alone.
BaseLayers base_layers(const BuildCommand& options) {
  return options.push.wanted() && options.outputs.empty() ? BaseLayers::leave_out : BaseLayers::copy;
}

BuildOptions build_options(const BuildCommand& options, const Bases& bases, LayerCache* cache, Publisher* publisher) {
  return {.bases = bases,
          .base_layers = base_layers(options),
          .jobs = resolve_jobs(options.jobs),
          .cargo_jobs = options.jobs.value_or(0),
          .cache = cache,
          .while_compiling = [publisher] {  // nobody wants to wait for cargo, only to be refused
            if (publisher != nullptr) publisher->require_rights();
          }};
}

std::vector<Descriptor> roots_of(const BuildResult& result) {
  std::vector<Descriptor> roots;
  for (const BuiltComponent& component : result.components) roots.push_back(component.index);
  return roots;
}

ExitCode run(const BuildCommand& options, Session& session) {
  const std::chrono::milliseconds start = steady_time();
  auto progress = session.start_progress();
  const Plan plan = make_shown_plan(options.planning, session, *progress);
  Outputs outputs{options.outputs, plan.workspace.target_directory / "ocibuild", session.console};
  outputs.require_room_for(plan.components.size());
  const DigestsOutput output = digests_output(options, plan);
  const std::optional<ImageDigests> previous = previous_digests(options, output.file);
  Network network{options.push.network, session};
  const std::vector<ReleaseTarget> targets = release_targets(plan, options);
  // Explicit credentials are for where images are pushed, also when this build does not, and whichever registry is
  // asked first: that of a base is somebody else's.
  if (const auto registry = own_registry(plan)) network.set_target(*registry);
  SessionCache cache{options.no_cache ? CacheUse::never : CacheUse::as_set, session};
  const Bases bases =
      open_shown_bases(plan, lock_policy(options.planning), base_door(network, cache.blobs()), session, *progress);
  const UnionStore all = with_bases(outputs.first(), bases);
  std::unique_ptr<Publisher> publisher;
  if (!targets.empty()) {
    publisher =
        start_release(options.push, network, targets, publisher_options(plan, bases, session), session, *progress);
    stage_bases(plan, bases, *publisher);
  }
  BuildDisplay display{plan, start, session.console, *progress};
  const BuildOptions how = build_options(options, bases, cache.layers(), publisher.get());
  const BuildResult result = build(plan, outputs.first(), session_runner(session), how,
                                   events(plan, outputs.first(), display, publisher.get()));
  outputs.publish(publications(result, outputs.first()), how.jobs, *progress);
  const ImageDigests digests = image_digests(result, plan.revision, outputs.first());
  const BuildSummary summary{digests, previous, display.times()};
  const bool is_held_back = publisher && !summary.broken_sizes(plan).empty();
  if (publisher && !is_held_back) publisher->publish(all, roots_of(result));
  cache.finish();
  publisher.reset();  // before the display of what it may still be sending
  progress.reset();
  const ExitCode code = report(summary, plan, session);
  if (is_held_back) {
    session.console.note("no manifest was pushed and no tag was moved, because of a budget");
  } else {
    give_results(options, result, digests, output, session);
  }
  return code;
}

}  // namespace

void add_build_command(CommandLine& line) {
  const auto options = std::make_shared<BuildCommand>();
  CLI::App& command = line.add_command("build", "Compiles a Rust workspace and makes an image of every binary",
                                       [options](Session& session) { return run(*options, session); });
  add_planning_options(command, options->planning);
  add_list(command, "--output", options->outputs, "PLACE",
           "where the images go; repeatable; default: oci:target/ocibuild")
      ->envname("OCIBUILD_OUTPUT");
  add_text(command, "--digests", options->digests_file, "FILE",
           "digests of all images as JSON; default: target/ocibuild/docker-image-digests.json")
      ->envname("OCIBUILD_DIGESTS");
  add_text(command, "--previous", options->previous, "FILE",
           "digests of the build to compare sizes with; default: the digests file that is replaced")
      ->envname("OCIBUILD_PREVIOUS");
  add_text(command, "--metadata-file", options->metadata_file, "FILE", "the same with the keys of docker buildx")
      ->envname("OCIBUILD_METADATA_FILE");
  add_jobs(command, options->jobs, "threads, for cargo too; default: one for each processor")->envname("OCIBUILD_JOBS");
  add_push_options(command, options->push);
  add_no_cache_flag(command, options->no_cache);
  add_json_flag(command, options->json, "the digests");
  command.footer(
      fmt::format("{}\nImages for archives alone are made in oci:target/ocibuild first.\n\n{}\n\n{}\n"
                  "OCIBUILD_OUTPUT, _DIGESTS, _PREVIOUS, _METADATA_FILE and _JOBS stand for these options.\n\n{}\n\n{}",
                  output_places_help, bases_help, settings_help, cache_help, network_help));
}

}  // namespace ocibuild
