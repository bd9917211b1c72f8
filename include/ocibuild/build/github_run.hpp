// What GitHub Actions says about the run that builds, and which tags follow from it.
#pragma once

#include <string>
#include <vector>

#include "ocibuild/build/settings.hpp"

namespace ocibuild {

/// The run of a workflow, as its environment and its event tell it.
struct GithubRun {
  std::string event;           ///< `push`, `pull_request`, `workflow_dispatch`, `schedule`
  std::string ref;             ///< `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/7/merge`
  std::string default_branch;  ///< of the repository; empty: the event does not say
  std::string pull_request;    ///< its number; empty: the run is not for one
};

/// Reads GITHUB_EVENT_NAME, GITHUB_REF, and the JSON document GITHUB_EVENT_PATH names. Throws
/// Error{invalid_argument} where GITHUB_REF is not set, {invalid_document} for an event that is no JSON object.
GithubRun read_github_run(const StringMap& environment);

/// The tags for an image of that run, as templates (see tags.hpp), in the spirit of docker/metadata-action:
///
/// | run | tags |
/// |---|---|
/// | a branch | its name; on the default branch also `latest` |
/// | a tag `v1.2.3` | `v1.2.3`, `1.2.3`, `1.2`, and `1` unless it is 0 |
/// | a tag `v1.2.3-rc.1` | `v1.2.3-rc.1`, `1.2.3-rc.1` |
/// | another tag | its name |
/// | a pull request | `pr-7` |
/// | each | `sha-{git.sha}` |
///
/// What a tag cannot hold becomes `-`. Names that mean something else give no tag: `latest`, `sha-...`, `pr-...`,
/// `shard-...`, `sha256-...`, and, for a branch, versions; else whoever may push a branch could move a release. A run
/// that was started by one for a pull request (workflow_run) is of no branch, whatever it says.
std::vector<std::string> tags_for(const GithubRun& run);

}  // namespace ocibuild
