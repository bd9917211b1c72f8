// Which run and artifact is taken, and what is said when there is none.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "deploy/github_sample.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("the artifact of the newest successful run is read") {
  GithubSample github;
  const FetchedDigests fetched = github.fetch();
  CHECK(fetched.digests == sample_digests("engine", {"linux/amd64"}));
  CHECK(fetched.run.id == 7);
  CHECK(fetched.notes.empty());
  CHECK(github.transport.requests.front().url.string() ==
        "https://api.github.com/repos/acme/demon/actions/workflows/docker-build.yml/runs?branch=main&status=success"
        "&exclude_pull_requests=true&per_page=100");
}

TEST_CASE("the token goes to the API and not to where it sends us") {
  GithubSample github;
  github.fetch();
  for (const HttpRequest& request : github.transport.requests) {
    const bool is_api = request.url.origin().host == "api.github.com";
    CHECK(request.headers.first("Authorization") ==
          (is_api ? std::optional<std::string>{"Bearer ghs_secret"} : std::nullopt));
  }
  CHECK(github.transport.requests.back().url.string() == storage_url);
}

TEST_CASE("runs of forks and of pull requests are passed over, on later pages too") {
  GithubSample github;
  const std::string second = runs_url + "?page=2";
  const std::string fork = run_json(9, {.head_repository = R"({"full_name":"mallory/demon"})"});
  const std::string gone = run_json(10, {.head_repository = "null"});
  const std::string pull_request = run_json(11, {.event = "pull_request_target"});
  github.transport.replace(runs_url,
                           {.body = fmt::format(R"({{"workflow_runs":[{},{},{}]}})", fork, gone, pull_request),
                            .headers = {{"Link", fmt::format("<{}>; rel=\"next\"", second)}}});
  github.transport.replace(second, {.body = fmt::format(R"({{"workflow_runs":[{},{}]}})", run_json(7), run_json(6))});
  CHECK(github.fetch().run.id == 7);
}

TEST_CASE("a list that goes on at another host, or without end, is not followed") {
  GithubSample github;
  const auto page = [](const std::string& next) {
    return GithubReply{.body = R"({"workflow_runs":[]})",
                       .headers = {{"Link", fmt::format("<{}>; rel=\"next\"", next)}}};
  };
  github.transport.replace(runs_url, page("https://evil.example/runs"));
  CHECK(github.refusal().find("the list goes on at another host") != std::string::npos);
  github.transport.replace(runs_url, page(runs_url));
  CHECK(github.refusal().find("acme/demon has no successful run") != std::string::npos);
  CHECK(github.transport.requests.size() < 20);
}

TEST_CASE("without a run, without the artifact and after its end there is no artifact") {
  GithubSample github;
  github.transport.replace(runs_url, {.body = R"({"workflow_runs":[]})"});
  CHECK_THROWS_AS(github.fetch(), NoArtifactError);
  CHECK(github.refusal() == "unavailable: acme/demon has no successful run of docker-build.yml on branch main");
  github.transport.replace(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
  github.transport.replace(artifacts_url, {.body = R"({"artifacts":[{"id":1,"name":"logs","size_in_bytes":1}]})"});
  CHECK_THROWS_AS(github.fetch(), NoArtifactError);
  CHECK(github.refusal() == "unavailable: run 7 has no artifact docker-image-digests");
  github.list_artifact(R"("expired":true,"expires_at":"2026-03-01T00:00:00Z")");
  CHECK_THROWS_AS(github.fetch(), NoArtifactError);
  CHECK(github.refusal() == "unavailable: artifact docker-image-digests of run 7 has expired, on 2026-03-01T00:00:00Z");
}

TEST_CASE("an artifact that goes away between list and download has expired") {
  GithubSample github;
  github.transport.replace(zip_address, {.status = 410, .body = R"({"message":"Artifact has expired"})"});
  CHECK_THROWS_AS(github.fetch(), NoArtifactError);
}

TEST_CASE("an older run never stands in for the newest") {
  GithubSample github;
  github.transport.replace(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{},{}]}})", run_json(8), run_json(7))});
  CHECK(github.refusal().find("artifacts of run 8") != std::string::npos);
}

TEST_CASE("a run that is named is taken whoever made it, and that is said") {
  GithubSample github;
  github.query.run_id = 7;
  github.transport.replace(run_url, {.body = run_json(7, {.event = "pull_request", .conclusion = "failure"})});
  const FetchedDigests fetched = github.fetch();
  REQUIRE(fetched.notes.size() == 2);
  CHECK(fetched.notes[0] == "run 7 is of a pull_request from \"acme/demon\"");
  CHECK(fetched.notes[1] == "run 7 did not succeed: failure");
}

TEST_CASE("digests of another commit than the run's are noted") {
  GithubSample github;
  github.transport.replace(runs_url,
                           {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7, {.commit = "bad"}))});
  CHECK(github.fetch().notes == std::vector<std::string>{"the digests are of commit c0ffee, the run of bad"});
}

TEST_CASE("of several artifacts with one name the newest is taken") {
  GithubSample github;
  github.transport.replace(artifacts_url, {.body = R"({"artifacts":[
      {"id":3,"name":"docker-image-digests","size_in_bytes":1,"expired":true},
      {"id":4,"name":"docker-image-digests","size_in_bytes":1,"expired":false}]})"});
  CHECK(github.fetch().run.id == 7);
}

TEST_CASE("a zip that is not the one GitHub describes is refused") {
  GithubSample github;
  github.list_artifact(R"("digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")");
  CHECK(github.refusal().starts_with("digest_mismatch: artifact docker-image-digests of run 7: its zip is sha256:"));
  github.list_artifact(fmt::format(R"("digest":"{}")", Digest::of(github.zip).string()));
  CHECK(github.refusal() == "nothing");
  github.transport.replace(
      artifacts_url, {.body = R"({"artifacts":[{"id":4,"name":"docker-image-digests","size_in_bytes":99999999}]})"});
  CHECK(github.refusal().starts_with("digest_mismatch: artifact docker-image-digests of run 7: it has 99999999 bytes"));
}

TEST_CASE("a download that does not end is cut off") {
  GithubSample github;
  github.transport.replace(storage_url, {.body = std::string((32 << 20) + 1, 'x')});
  CHECK(github.refusal().starts_with("digest_mismatch: artifact docker-image-digests of run 7: "));
}

TEST_CASE("what the artifact holds is read strictly") {
  GithubSample github;
  github.transport.replace(storage_url, {.body = make_zip({{"docker-image-digests.json", "{}"}})});
  CHECK(github.refusal().starts_with("invalid_document: artifact docker-image-digests of run 7: schemaVersion"));
}

TEST_CASE("a repository or workflow that would change the address is refused before anything is asked") {
  GithubSample github;
  for (const std::string name : {"", "acme", "acme/", "/demon", "acme/demon/x", "acme/..", "a?/b", "acme/demon#"}) {
    CAPTURE(name);
    github.query.repository = name;
    CHECK(github.refusal().starts_with("invalid_argument: "));
  }
  github.query.repository = "acme/demon";
  for (const std::string name : {"", "..", "a/b.yml"}) {
    CAPTURE(name);
    github.query.workflow = name;
    CHECK(github.refusal().starts_with("invalid_argument: "));
  }
  CHECK(github.transport.requests.empty());
}
