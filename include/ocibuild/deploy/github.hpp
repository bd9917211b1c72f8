// Digests files that workflows on GitHub left behind as artifacts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/digests.hpp"
#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/retry.hpp"
#include "ocibuild/http/transport.hpp"
#include "ocibuild/http/url.hpp"

namespace ocibuild {

/// How GitHub is spoken to.
struct GithubOptions {
  Url api;            ///< `https://api.github.com`, or `https://host/api/v3` of a server of one's own
  std::string token;  ///< sent to the origin of `api` alone; empty: none
  RetryOptions retry;
  std::function<void(const RetryWait&)> waits;  ///< told before each wait
};

/// Which digests are wanted: those of the newest successful run, or of the one that is named.
struct DigestsQuery {
  std::string repository;               ///< `owner/name`
  std::string workflow;                 ///< name of its file, as `docker-build.yml`
  std::string branch;                   ///< on which it ran
  std::string artifact;                 ///< name of the artifact
  std::optional<std::uint64_t> run_id;  ///< then workflow and branch are not looked at, nor who made the run
};

/// A run of a workflow, in GitHub's words.
struct WorkflowRun {
  std::uint64_t id = 0;
  std::string url;         ///< of its page, for people
  std::string created_at;  ///< RFC 3339
  std::string commit;      ///< what it ran on
  std::string event;       ///< `push`
  std::string conclusion;  ///< `success`
};

/// There is no run, no artifact in the newest one, or it has expired. Another way to the images has to be found; an
/// Error{unavailable}, which trying again does not mend.
class NoArtifactError final : public Error {
 public:
  explicit NoArtifactError(std::string message) : Error{Errc::unavailable, std::move(message)} {}
};

struct FetchedDigests {
  ImageDigests digests;
  WorkflowRun run;
  std::vector<std::string> notes;  ///< what a person should know about the run
};

/// Finds the run, downloads the artifact and reads the digests file in it; nothing is written.
///
/// The newest run counts whose conclusion is success, on that branch of the repository itself: a pull request from a
/// fork may come from a branch of the same name, and its runs are passed over. An older run is never taken in place of
/// one without a usable artifact.
///
/// Throws NoArtifactError; Error{invalid_argument} for a repository or workflow that is none, and for plain http to
/// another machine; {not_found} when GitHub knows no such repository, workflow or run, {unauthorized, denied},
/// {unavailable}, {digest_mismatch} for an artifact that is not what GitHub says, or not a harmless zip (see
/// digests_in_zip), and {invalid_document, unsupported} as parse_digests.
FetchedDigests fetch_digests(const DigestsQuery& query, Transport& transport, const Clock& clock,
                             const GithubOptions& options);

}  // namespace ocibuild
