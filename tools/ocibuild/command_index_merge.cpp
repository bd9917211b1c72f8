// ocibuild index merge
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "build_summary.hpp"
#include "commands.hpp"
#include "digests_file.hpp"
#include "github_actions.hpp"
#include "ocibuild/registry/registry_store.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"
#include "options.hpp"
#include "planning.hpp"
#include "publishing.hpp"
#include "shard_digests.hpp"
#include "tag_guard.hpp"

namespace ocibuild {
namespace {

struct IndexMergeCommand {
  std::vector<std::string> arguments;  // files, or with --shards components
  std::optional<std::string> shards;
  std::optional<std::string> output;
  PlanningOptions planning;
  PushOptions push;
  bool json = false;
};

/// Of shards only how many there are has to be known: what they made is asked of the registry.
std::vector<ImageDigests> find_parts(const IndexMergeCommand& options, Network& network, Session& session) {
  if (!options.shards) return read_digests(options.arguments);
  const unsigned count = with_context("--shards", [&] { return parse_shard_count(*options.shards); });
  PlanningOptions planning = options.planning;
  planning.components = options.arguments;
  const Plan plan = plan_images(plan_request(planning, session.environment), session_runner(session));
  return shard_digests(plan, count, network);
}

/// What files say already must not seem to be said anew. OCIBUILD_TAGS_FROM is for all commands of a job.
void require_consistent(const IndexMergeCommand& options, const Environment& environment) {
  const auto is_file = [](const std::string& argument) {
    return argument.ends_with(".json") || argument.find('/') != std::string::npos;
  };
  if (options.shards ? std::ranges::any_of(options.arguments, is_file) : options.arguments.empty()) {
    throw Error{Errc::invalid_argument, "expected either the digests files of the parts, or --shards N"};
  }
  if (options.shards) return;
  const auto refuse = [](std::string_view option) {
    throw Error{Errc::invalid_argument, fmt::format("{} is for --shards; files of digests say it themselves", option)};
  };
  if (!options.planning.manifest_path.empty()) refuse("--manifest-path");
  if (!options.planning.packages.empty()) refuse("--package");
  if (!options.planning.features.empty()) refuse("--features");
  if (!options.planning.platforms.empty()) refuse("--platform");
  if (options.planning.registry) refuse("--registry");
  if (!options.planning.tags.empty()) refuse("--tag");
  if (options.planning.tags_from && !is_set(environment, "OCIBUILD_TAGS_FROM")) refuse("--tags-from");
}

/// The joint indexes, and the repositories that have everything below them.
struct JointImages {
  MemoryStore indexes;
  std::vector<std::unique_ptr<RegistryStore>> repositories;
  std::vector<ReleaseTarget> targets;
  std::vector<Descriptor> roots;

  JointImages(const ImageDigests& digests, const PushOptions& push, RegistryClient& client) {
    for (const auto& [name, component] : digests.components) {
      const Index& index = require_index(name, component);
      roots.push_back(describe(index));
      indexes.put({.descriptor = roots.back(),
                   .open = [text = serialize(index)] { return std::make_unique<MemorySource>(text); }});
      const Reference image = pushed_image(name, component.image);
      repositories.push_back(std::make_unique<RegistryStore>(client, image.registry, image.repository, Access::write));
      targets.push_back({.image = image, .tags = push.by_digest ? std::vector<std::string>{} : component.tags});
    }
  }

  /// The time of the commit, as the first of the indexes says it.
  std::string created() const {
    const Index index = parse_index(read_blob(indexes, roots.front(), max_manifest_size), roots.front().media_type);
    return value_of(index.annotations, created_annotation);
  }

  UnionStore all() const {
    std::vector<const ReadStore*> stores{&indexes};
    for (const auto& repository : repositories) stores.push_back(repository.get());
    return UnionStore{stores};
  }
};

void publish(const ImageDigests& digests, const IndexMergeCommand& options, Network& network, Session& session,
             Progress& progress) {
  if (digests.components.empty()) return;
  const auto& [name, first] = *digests.components.begin();
  network.set_target(pushed_image(name, first.image).registry);
  JointImages images{digests, options.push, network.client()};
  const UnionStore from = images.all();
  const ReleasedCommit commit{.revision = digests.revision, .created = images.created(), .directory = "."};
  const auto publisher =
      start_release(options.push, network, images.targets,
                    {.before_move = refuse_older_commits(commit, session_runner(session))}, session, progress);
  publisher->publish(from, images.roots);
}

ExitCode run(const IndexMergeCommand& options, Session& session) {
  require_consistent(options, session.environment);
  auto progress = session.start_progress();
  Network network{options.push.network, session};
  ImageDigests whole = merge_digests(find_parts(options, network, session));
  whole.generated_by = generated_by();
  publish(whole, options, network, session, *progress);
  progress.reset();
  add_step_summary(BuildSummary{whole, {}, {}}.markdown(), session.environment);
  give_digests(whole, {.file = digests_target(options.output), .json = options.json}, session);
  return ExitCode::ok;
}

constexpr const char* index_merge_help =
    "What the parts made is in the registry already: by `ocibuild build --push-by-digest` for each\n"
    "platform, or `ocibuild build --push --shard I/N`. The joint index of each component is the one that\n"
    "a single build makes, and all tags move at the end. With --shards the parts are found in the\n"
    "registry, by the commit and the workspace, and no file has to be passed on: what chose components\n"
    "and platforms for `build` has to be said again.";

}  // namespace

void add_index_merge_command(CommandLine& line, CLI::App& index) {
  const auto options = std::make_shared<IndexMergeCommand>();
  CLI::App& command = line.add_command(index, "merge", "Joins the parts of a build in the registry, and moves the tags",
                                       [options](Session& session) { return run(*options, session); });
  add_list(command, "FILE", options->arguments, "FILE",
           "digests files of the parts; with --shards instead the components, as for build");
  add_text(command, "--shards", options->shards, "N", "join the N shards of this workspace and commit");
  add_text(command, "-o,--digests", options->output, "FILE",
           "the joined digests, - for standard output; default: target/ocibuild/docker-image-digests.json")
      ->envname("OCIBUILD_DIGESTS");
  add_text(command, "--manifest-path", options->planning.manifest_path, "FILE",
           "with --shards: the Cargo.toml; default: of the directory we are in");
  add_list(command, "-p,--package", options->planning.packages, "NAME", "with --shards: as for build; repeatable");
  add_list(command, "--features", options->planning.features, "LIST", "with --shards: as for build; repeatable");
  add_list(command, "--platform", options->planning.platforms, "LIST", "with --shards: as for build");
  add_text(command, "--registry", options->planning.registry, "HOST/OWNER", "with --shards: as for build");
  add_list(command, "--tag", options->planning.tags, "TAG", "with --shards: as for build; repeatable");
  add_tags_from(command, options->planning);
  command.add_flag("--push-by-digest", options->push.by_digest, "move no tag");
  add_force_tag_flag(command, options->push);
  add_network_options(command, options->push.network);
  add_json_flag(command, options->json, "the joined digests");
  command.footer(fmt::format("{}\n\n{}", index_merge_help, network_help));
}

}  // namespace ocibuild
