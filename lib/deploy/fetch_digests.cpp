// From a workflow to the digests it left behind.
#include <algorithm>

#include <fmt/format.h>

#include "deploy/artifact_zip.hpp"
#include "deploy/github_runs.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

/// Letters, digits, `.`, `_` and `-`, on both sides of one slash.
void require_repository(const std::string& name) {
  const auto is_part = [](std::string_view part) {
    return !part.empty() && part != "." && part != ".." &&
           std::ranges::all_of(part, [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
  };
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos && is_part(name.substr(0, slash)) && is_part(name.substr(slash + 1))) return;
  throw Error{Errc::invalid_argument, fmt::format("{} is no repository of the form owner/name", quote(name))};
}

/// A name that stays where it is put in an address.
void require_workflow(const std::string& name) {
  const bool moves = name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos;
  if (!moves) return;
  throw Error{Errc::invalid_argument,
              fmt::format("{} is no name of a workflow's file, as docker-build.yml is", quote(name))};
}

/// The error when there is nothing to fetch, with what can be done instead.
NoArtifactError no_artifact(std::string message, const DigestsQuery& query) {
  NoArtifactError error{std::move(message)};
  error.add_help(fmt::format("run the workflow again: gh workflow run {} --repo {} --ref {}", query.workflow,
                             query.repository, query.branch));
  error.add_help("or take what a tag names now, with --fallback-tag TAG");
  return error;
}

std::string describe(const WorkflowRun& run) {
  return fmt::format("the run is of {}, for commit {}: {}", run.created_at, run.commit, run.url);
}

ListedRun choose_run(GithubApi& api, const DigestsQuery& query) {
  if (query.run_id) {
    return with_context(fmt::format("looking for run {} of {}", *query.run_id, query.repository),
                        [&] { return run_of_id(api, query, *query.run_id); });
  }
  auto newest = with_context(fmt::format("looking for runs of {} in {}", query.workflow, query.repository),
                             [&] { return newest_run(api, query); });
  if (newest) return *std::move(newest);
  NoArtifactError error = no_artifact(
      fmt::format("{} has no successful run of {} on branch {}", query.repository, query.workflow, query.branch),
      query);
  error.add_note("runs of pull requests and of forks do not count");
  throw error;
}

NoArtifactError expired(const DigestsQuery& query, const WorkflowRun& run, const std::string& when) {
  NoArtifactError error = no_artifact(
      fmt::format("artifact {} of run {} has expired{}", query.artifact, run.id, when.empty() ? "" : ", on " + when),
      query);
  error.add_note(describe(run));
  return error;
}

Artifact require_artifact(GithubApi& api, const DigestsQuery& query, const WorkflowRun& run) {
  const auto found = with_context(fmt::format("looking for artifacts of run {}", run.id),
                                  [&] { return find_artifact(api, query, run.id); });
  if (!found) {
    NoArtifactError error = no_artifact(fmt::format("run {} has no artifact {}", run.id, query.artifact), query);
    error.add_note(describe(run));
    throw error;
  }
  if (found->expired) throw expired(query, run, api.shown(found->expires_at));
  return *found;
}

/// GitHub says the digest of artifacts that version 4 of its upload action made.
void require_digest(const Artifact& artifact, const std::string& zip) {
  if (artifact.digest.empty()) return;
  const Digest digest = Digest::of(zip);
  if (digest == Digest::parse(artifact.digest)) return;
  throw Error{Errc::digest_mismatch,
              fmt::format("its zip is {}, GitHub says {}", digest.string(), quote(artifact.digest))};
}

/// Nothing when it is gone since it was listed.
std::optional<std::string> download(GithubApi& api, const DigestsQuery& query, const Artifact& artifact) {
  if (artifact.size > max_artifact) {
    throw Error{Errc::digest_mismatch, fmt::format("it has {} bytes, the limit is {}", artifact.size, max_artifact)};
  }
  std::optional<std::string> zip = api.download(zip_url(api, query, artifact), max_artifact);
  if (zip) require_digest(artifact, *zip);
  return zip;
}

std::vector<std::string> notes_on(const ListedRun& listed, const ImageDigests& digests) {
  std::vector<std::string> notes;
  const WorkflowRun& run = listed.run;
  if (!listed.is_trusted()) {
    notes.push_back(
        fmt::format("run {} is of a {} from {}", run.id, run.event,
                    listed.head_repository.empty() ? "a fork that is gone" : quote(listed.head_repository)));
  }
  if (run.conclusion != "success") {
    notes.push_back(
        fmt::format("run {} did not succeed: {}", run.id, run.conclusion.empty() ? "it goes on" : run.conclusion));
  }
  if (!digests.revision.empty() && digests.revision != run.commit) {
    notes.push_back(fmt::format("the digests are of commit {}, the run of {}", digests.revision, run.commit));
  }
  return notes;
}

}  // namespace

FetchedDigests fetch_digests(const DigestsQuery& query, Transport& transport, const Clock& clock,
                             const GithubOptions& options) {
  require_repository(query.repository);
  require_workflow(query.workflow);
  GithubApi api{transport, clock, options};
  const ListedRun listed = choose_run(api, query);
  const WorkflowRun& run = listed.run;
  const Artifact artifact = require_artifact(api, query, run);
  const std::string subject = fmt::format("artifact {} of run {}", query.artifact, run.id);
  const auto zip = with_context(subject, [&] { return download(api, query, artifact); });
  if (!zip) throw expired(query, run, "");
  ImageDigests digests = with_context(subject, [&] { return parse_digests(digests_in_zip(*zip)); });
  std::vector<std::string> notes = notes_on(listed, digests);
  return {.digests = std::move(digests), .run = run, .notes = std::move(notes)};
}

}  // namespace ocibuild
