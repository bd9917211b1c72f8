// What GitHub may answer, and what is made of it.
#include <algorithm>
#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "deploy/github_sample.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using std::chrono::milliseconds;

namespace {

/// The error of a fetch when the first request is answered like this, always.
Error error_for(GithubReply reply, const std::string& token = "ghs_secret") {
  GithubSample github;
  github.options.token = token;
  github.transport.replace(runs_url, std::move(reply));
  try {
    github.fetch();
  } catch (const Error& error) {
    return error;
  }
  return Error{Errc::io, "nothing"};
}

bool helps(const Error& error, std::string_view text) {
  return std::ranges::any_of(error.help(), [&](const std::string& help) { return help.find(text) != help.npos; });
}

}  // namespace

TEST_CASE("missing permissions are told from missing things, each with what helps") {
  const Error bad = error_for({.status = 401, .body = R"({"message":"Bad credentials"})"});
  CHECK(bad.code() == Errc::unauthorized);
  CHECK(std::string{bad.what()} == "looking for runs of docker-build.yml in acme/demon: 401 Bad credentials");
  const Error denied = error_for({.status = 403, .body = R"({"message":"Resource not accessible by integration"})"});
  CHECK(denied.code() == Errc::denied);
  CHECK(helps(denied, "permissions: actions: read"));
  const Error anonymous = error_for({.status = 401, .body = R"({"message":"Requires authentication"})"}, "");
  CHECK(anonymous.code() == Errc::unauthorized);
  CHECK(helps(anonymous, "GH_TOKEN: ${{ github.token }}"));
  const Error missing = error_for({.status = 404, .body = R"({"message":"Not Found"})"});
  CHECK(missing.code() == Errc::not_found);
  CHECK(helps(missing, "is the name right?"));
}

TEST_CASE("a rate limit that ends soon is waited for") {
  GithubSample github;
  const auto reset = github.time.clock().unix_time().count() + 20;
  github.transport.replace(runs_url,
                           {.status = 403,
                            .body = R"({"message":"API rate limit exceeded"})",
                            .headers = {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", std::to_string(reset)}}});
  github.transport.reply(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
  CHECK(github.fetch().run.id == 7);
  REQUIRE(github.time.waits().size() == 1);
  CHECK(github.time.waits().front() >= milliseconds{20'000});
}

TEST_CASE("a rate limit that lasts is an error which says how long") {
  GithubSample github;
  const auto reset = github.time.clock().unix_time().count() + 3000;
  const Error error =
      error_for({.status = 429,
                 .body = R"({"message":"API rate limit exceeded"})",
                 .headers = {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", std::to_string(reset)}}},
                "");
  CHECK(error.code() == Errc::unavailable);
  CHECK(error.notes().front() == "GitHub takes requests again in 51m");
  CHECK(helps(error, "GH_TOKEN"));
}

TEST_CASE("a secondary limit is waited for as long as it says, or for minutes") {
  for (const auto& [headers, least] : {std::pair{Headers{{"Retry-After", "40"}}, 40'000}, {Headers{}, 60'000}}) {
    GithubSample github;
    github.transport.replace(
        runs_url,
        {.status = 403, .body = R"({"message":"You have exceeded a secondary rate limit."})", .headers = headers});
    github.transport.reply(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
    CHECK(github.fetch().run.id == 7);
    CHECK(github.time.waits().front() >= milliseconds{least});
  }
}

TEST_CASE("failures of the server are tried again, and the storage gets a new link each time") {
  GithubSample github;
  github.transport.replace(runs_url, {.status = 502, .body = "<html>"});
  github.transport.reply(runs_url, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
  github.transport.replace(storage_url, {.status = 403, .body = "<Error>AuthenticationFailed</Error>"});
  github.transport.reply(storage_url, {.body = github.zip});
  CHECK(github.fetch().run.id == 7);
  const auto asked_for_zip = [](const HttpRequest& request) { return request.url.string() == zip_address; };
  CHECK(std::ranges::count_if(github.transport.requests, asked_for_zip) == 2);
}

TEST_CASE("an echoed token and control characters are not shown") {
  const Error error = error_for({.status = 403, .body = R"({"message":"no \u001b[31m ghs_secret"})"});
  CHECK(std::string{error.what()}.ends_with("403 no ***"));
}

TEST_CASE("redirects to plain http and to private addresses are refused") {
  for (const char* place : {"http://storage.example/4", "https://169.254.169.254/4", "https://localhost/4"}) {
    CAPTURE(place);
    GithubSample github;
    github.transport.replace(zip_address, {.status = 302, .body = {}, .headers = {{"Location", place}}});
    CHECK(github.refusal().find("denied: ") == 0);
    CHECK(github.transport.requests.back().url.string() == zip_address);
  }
}

TEST_CASE("redirects have an end") {
  GithubSample github;
  github.transport.replace(zip_address, {.status = 302, .body = {}, .headers = {{"Location", zip_address}}});
  CHECK(github.refusal().find("more than 5 redirects") != std::string::npos);
  github.transport.replace(zip_address, {.status = 302, .body = {}, .headers = {}});
  CHECK(github.refusal().find("unavailable") == 0);
}

TEST_CASE("a renamed repository is found through its redirect, with the token") {
  GithubSample github;
  const std::string renamed = "https://api.github.com/repositories/1/runs";
  github.transport.replace(runs_url, {.status = 301, .body = {}, .headers = {{"Location", renamed}}});
  github.transport.reply(renamed, {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
  CHECK(github.fetch().run.id == 7);
  CHECK(github.transport.requests[1].headers.first("Authorization") == "Bearer ghs_secret");
}

TEST_CASE("lists are never taken from another host") {
  GithubSample github;
  github.transport.replace(runs_url,
                           {.status = 302, .body = {}, .headers = {{"Location", "https://evil.example/runs"}}});
  github.transport.reply("https://evil.example/runs",
                         {.body = fmt::format(R"({{"workflow_runs":[{}]}})", run_json(7))});
  CHECK(github.refusal().find("GitHub's API sends its clients to another host") != std::string::npos);
  CHECK(github.transport.requests.size() == 1);
}

TEST_CASE("what is no list of runs is an invalid document with what was asked") {
  const Error error = error_for({.body = "<html>"});
  CHECK(error.code() == Errc::invalid_document);
  CHECK(error.notes().front().starts_with("asked: GET https://api.github.com/repos/acme/demon/"));
}

TEST_CASE("a token is not sent in plain http, except on this machine") {
  GithubSample github;
  github.options.api = Url::parse("http://github.example/api/v3");
  CHECK(github.refusal().starts_with("invalid_argument: http://github.example/api/v3: "));
  CHECK(github.transport.requests.empty());
  github.options.api = Url::parse("http://127.0.0.1:8000/api/v3/");
  CHECK(github.refusal().find("404 Not Found") != std::string::npos);
  CHECK(github.transport.requests.front().url.string().starts_with("http://127.0.0.1:8000/api/v3/repos/acme/demon/"));
}
