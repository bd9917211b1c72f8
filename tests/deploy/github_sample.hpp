// A repository on a scripted GitHub with one good run, to be spoiled by tests.
#pragma once

#include <string>

#include <fmt/format.h>

#include "deploy/sample_digests.hpp"
#include "deploy/sample_zip.hpp"
#include "deploy/scripted_github.hpp"
#include "ocibuild/deploy/github.hpp"
#include "support/registry/fake_clock.hpp"

namespace ocibuild::testing {

inline const std::string actions_url = "https://api.github.com/repos/acme/demon/actions";
inline const std::string runs_url = actions_url + "/workflows/docker-build.yml/runs";
inline const std::string run_url = actions_url + "/runs/7";
inline const std::string artifacts_url = actions_url + "/runs/7/artifacts";
inline const std::string zip_address = actions_url + "/artifacts/4/zip";
inline const std::string storage_url = "https://storage.example/4?sig=short-lived";

struct SampleRun {
  std::string event = "push";
  std::string conclusion = "success";
  std::string commit = "c0ffee";
  std::string head_repository = R"({"full_name":"acme/demon"})";
};

/// A run as GitHub lists it.
inline std::string run_json(int id, const SampleRun& run = {}) {
  return fmt::format(R"({{"id":{},"html_url":"https://github.com/acme/demon/actions/runs/{}","head_branch":"main",
      "head_sha":"{}","event":"{}","status":"completed","conclusion":"{}","created_at":"2026-01-02T03:04:05Z",
      "repository":{{"full_name":"Acme/demon"}},"head_repository":{}}})",
                     id, id, run.commit, run.event, run.conclusion, run.head_repository);
}

struct GithubSample {
  ScriptedGithub transport;
  FakeClock time;
  std::string zip = make_zip({{"docker-image-digests.json", serialize(sample_digests("engine", {"linux/amd64"}))}});
  DigestsQuery query{.repository = "acme/demon",
                     .workflow = "docker-build.yml",
                     .branch = "main",
                     .artifact = "docker-image-digests",
                     .run_id = {}};
  GithubOptions options{.api = Url::parse("https://api.github.com"), .token = "ghs_secret", .retry = {}, .waits = {}};

  GithubSample() {
    transport.reply(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
    list_artifact(R"("expired":false)");
    transport.reply(zip_address, {.status = 302, .body = {}, .headers = {{"Location", storage_url}}});
    transport.reply(storage_url, {.body = zip});
  }

  /// The run has one artifact, with these members beside the ones that it needs.
  void list_artifact(const std::string& members) {
    transport.replace(
        artifacts_url,
        {.body = fmt::format(R"({{"artifacts":[{{"id":4,"name":"docker-image-digests","size_in_bytes":9,{}}}]}})",
                             members)});
  }

  FetchedDigests fetch() { return fetch_digests(query, transport, time.clock(), options); }

  /// The code and message when it fails.
  std::string refusal() {
    try {
      fetch();
    } catch (const Error& error) {
      return fmt::format("{}: {}", to_string(error.code()), error.what());
    }
    return "nothing";
  }
};

}  // namespace ocibuild::testing
