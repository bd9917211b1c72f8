// ocibuild digests fetch
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "digests_file.hpp"
#include "ocibuild/base/number.hpp"
#include "ocibuild/deploy/github.hpp"
#include "options.hpp"
#include "planning.hpp"
#include "tagged_digests.hpp"

namespace ocibuild {
namespace {

struct FetchCommand {
  std::optional<std::string> repository;
  std::string workflow = "docker-build.yml";
  std::string branch = "main";
  std::optional<std::string> run_id;
  std::string artifact = "docker-image-digests";
  std::optional<std::string> output;
  std::optional<std::string> fallback_tag;
  std::vector<std::string> images;
  std::string manifest_path;
  NetworkOptions network;
  bool json = false;
};

std::uint64_t parse_run_id(const std::string& text) {
  if (const auto id = whole_number<std::uint64_t>(text)) return *id;
  throw Error{Errc::invalid_argument, fmt::format("--run-id: '{}' is not the number of a run", text)};
}

DigestsQuery query_of(const FetchCommand& options, const Environment& environment) {
  DigestsQuery query{.repository = options.repository.value_or(value_of(environment, "GITHUB_REPOSITORY")),
                     .workflow = options.workflow,
                     .branch = options.branch,
                     .artifact = options.artifact,
                     .run_id = {}};
  if (query.repository.empty()) {
    throw Error{Errc::invalid_argument, "no repository was named"}.add_help(
        "say --repo OWNER/NAME; in a workflow GITHUB_REPOSITORY says it");
  }
  if (options.run_id) query.run_id = parse_run_id(*options.run_id);
  return query;
}

GithubOptions github_options(const Environment& environment, Network& network) {
  const std::string api = value_of(environment, "GITHUB_API_URL");
  return {
      .api = with_context("GITHUB_API_URL", [&] { return Url::parse(api.empty() ? "https://api.github.com" : api); }),
      .token = value_of(environment, is_set(environment, "GITHUB_TOKEN") ? "GITHUB_TOKEN" : "GH_TOKEN"),
      .retry = {},
      .waits = [&network](const RetryWait& wait) { network.show(wait); }};
}

ImageDigests fetch(const FetchCommand& options, Network& network, Session& session, Progress& progress) {
  const DigestsQuery query = query_of(options, session.environment);
  progress.update({.subject = query.repository, .activity = "fetching"});
  FetchedDigests fetched =
      fetch_digests(query, network.transport(), system_clock(), github_options(session.environment, network));
  const WorkflowRun& run = fetched.run;
  progress.finish(query.repository, fmt::format("run {} of {}, for commit {}", run.id, run.created_at, run.commit));
  for (const std::string& note : fetched.notes) session.console.warning(note);
  return std::move(fetched.digests);
}

ComponentImages images_of(const FetchCommand& options, Session& session) {
  if (!options.images.empty()) return parse_component_images(options.images);
  PlanningOptions planning;
  planning.manifest_path = options.manifest_path;
  return with_context("finding the images of the workspace", [&] {
    return workspace_images(plan_request(planning, session.environment), session_runner(session));
  });
}

/// Only where there is nothing to fetch: when GitHub does not answer or refuses, nobody knows whether there is, and
/// images of another commit would be deployed because of a slip.
ImageDigests fetch_or_resolve(const FetchCommand& options, Network& network, Session& session, Progress& progress) {
  try {
    return fetch(options, network, session, progress);
  } catch (const NoArtifactError& error) {
    if (!options.fallback_tag) throw;
    session.console.warning(error.what());
    for (const std::string& note : error.notes()) session.console.note(note);
  }
  session.console.warning(
      fmt::format("taking what the tag `{}` names now: it may be of any commit, and of a different "
                  "one for each component",
                  *options.fallback_tag));
  return tagged_digests(images_of(options, session), *options.fallback_tag, network, progress);
}

void require_consistent(const FetchCommand& options) {
  if (!options.images.empty() && !options.fallback_tag) {
    throw Error{Errc::invalid_argument, "--image says where --fallback-tag is looked up, and that is missing"};
  }
  if (options.fallback_tag && !is_tag(*options.fallback_tag)) {
    throw Error{Errc::invalid_argument, fmt::format("--fallback-tag: '{}' is no tag", *options.fallback_tag)};
  }
  parse_component_images(options.images);
}

ExitCode run(const FetchCommand& options, Session& session) {
  require_consistent(options);
  Network network{options.network, session};
  auto progress = session.start_progress();
  const ImageDigests digests = fetch_or_resolve(options, network, session, *progress);
  progress.reset();
  give_digests(digests, {.file = digests_target(options.output), .json = options.json}, session);
  return ExitCode::ok;
}

constexpr const char* fetch_help =
    "The API is at GITHUB_API_URL and is asked with GITHUB_TOKEN or GH_TOKEN. Downloading an artifact\n"
    "takes a token, of a public repository too: `permissions: actions: read` and\n"
    "`env: GH_TOKEN: ${{ github.token }}` in a workflow.\n"
    "Only runs of the repository's own branch count, not those of pull requests and forks. An artifact\n"
    "that is missing or has expired ends with 5; an older one is never taken in its place.";

}  // namespace

void add_digests_fetch_command(CommandLine& line, CLI::App& digests) {
  const auto options = std::make_shared<FetchCommand>();
  CLI::App& command = line.add_command(
      digests, "fetch", "Fetches the digests file that the newest successful run of a workflow on GitHub left behind",
      [options](Session& session) { return run(*options, session); });
  add_text(command, "--repo", options->repository, "OWNER/NAME", "the repository; default: GITHUB_REPOSITORY");
  add_text(command, "--workflow", options->workflow, "NAME", "file of the workflow; default: docker-build.yml");
  add_text(command, "--branch", options->branch, "NAME", "the branch it ran on; default: main");
  add_text(command, "--run-id", options->run_id, "ID", "take this run, whatever became of it");
  add_text(command, "--artifact", options->artifact, "NAME", "name of the artifact; default: docker-image-digests");
  add_text(command, "-o,--output", options->output, "FILE",
           "where the file goes, - for standard output; default: target/ocibuild/docker-image-digests.json");
  add_text(command, "--fallback-tag", options->fallback_tag, "TAG",
           "where there is no artifact (any more), take what this tag names now, and warn");
  add_list(command, "--image", options->images, "COMPONENT=NAME",
           "an image that --fallback-tag is looked up for; repeatable; default: those of the workspace");
  add_text(command, "--manifest-path", options->manifest_path, "FILE",
           "the Cargo.toml of that workspace; default: of the directory we are in");
  add_network_options(command, options->network);
  add_json_flag(command, options->json, "the file");
  command.footer(fmt::format("{}\n\n{}", fetch_help, network_help));
}

}  // namespace ocibuild
