// Runs of workflows and their artifacts, as GitHub lists them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "deploy/github_api.hpp"

namespace ocibuild {

/// A run as far as it is judged by us.
struct ListedRun {
  WorkflowRun run;
  std::string branch;           ///< its head's
  std::string repository;       ///< whose workflow it is
  std::string head_repository;  ///< where its commit comes from; empty: a fork that is gone

  /// False for what somebody without rights in the repository can start: a pull request, above all from a fork.
  bool is_trusted() const;
};

/// What of an artifact can be downloaded.
struct Artifact {
  std::uint64_t id = 0;
  std::uint64_t size = 0;  ///< bytes
  std::string expires_at;  ///< RFC 3339
  std::string digest;      ///< `sha256:...` of the zip; empty: GitHub does not say
  bool expired = false;
};

/// The newest run that counts, see fetch_digests; nothing: there is none among the newest thousand.
std::optional<ListedRun> newest_run(GithubApi& api, const DigestsQuery& query);

/// The run of that id.
ListedRun run_of_id(GithubApi& api, const DigestsQuery& query, std::uint64_t id);

/// The artifact of that name; of several, which attempts of one run leave behind, the newest.
std::optional<Artifact> find_artifact(GithubApi& api, const DigestsQuery& query, std::uint64_t run);

/// The address of an artifact's zip.
Url zip_url(const GithubApi& api, const DigestsQuery& query, const Artifact& artifact);

}  // namespace ocibuild
