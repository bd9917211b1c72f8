#include "ocibuild/build/github_run.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "ocibuild/spec/reference.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;
using Tags = std::vector<std::string>;

/// A run whose event is `event` and says `payload`.
struct Run {
  TempDir directory{std::filesystem::temp_directory_path()};
  StringMap environment;

  Run(const std::string& event, const std::string& ref, const std::string& payload) {
    const auto path = directory.path() / "event.json";
    write_file(path, payload);
    environment = {{"GITHUB_EVENT_NAME", event}, {"GITHUB_REF", ref}, {"GITHUB_EVENT_PATH", path.string()}};
  }

  Tags tags() const { return tags_for(read_github_run(environment)); }
};

constexpr auto repository = R"({"repository": {"default_branch": "main"}})";

TEST_CASE("the default branch is latest") {
  CHECK(Run{"push", "refs/heads/main", repository}.tags() == Tags{"main", "latest", "sha-{git.sha}"});
  CHECK(Run{"schedule", "refs/heads/main", repository}.tags() == Tags{"main", "latest", "sha-{git.sha}"});
}

TEST_CASE("a scheduled run, whose event names no repository, is of the default branch") {
  CHECK(Run{"schedule", "refs/heads/main", R"({"schedule": "23 3 * * *"})"}.tags() ==
        Tags{"main", "latest", "sha-{git.sha}"});
}

TEST_CASE("another branch is never latest") {
  CHECK(Run{"push", "refs/heads/feature/a b", repository}.tags() == Tags{"feature-a-b", "sha-{git.sha}"});
  CHECK(Run{"push", "refs/heads/main", "{}"}.tags() == Tags{"main", "sha-{git.sha}"});
}

TEST_CASE("a branch that is named like a release, a commit, a part or a pull request gets no tag of its name") {
  for (const char* const name : {"latest", "v1.2.3", "1.2", "1", "v1", "sha-c0ffee", "pr-7", "1.2.3-rc.1", "@latest",
                                 "shard-c0ffee-1-of-2", "sha256-e3b0c442"}) {
    CAPTURE(name);
    CHECK(Run{"push", std::string{"refs/heads/"} + name, repository}.tags() == Tags{"sha-{git.sha}"});
  }
}

TEST_CASE("a release has its version and those it is the newest of") {
  CHECK(Run{"push", "refs/tags/v1.2.3", repository}.tags() == Tags{"v1.2.3", "1.2.3", "1.2", "1", "sha-{git.sha}"});
  CHECK(Run{"push", "refs/tags/0.2.3", repository}.tags() == Tags{"0.2.3", "0.2", "sha-{git.sha}"});
}

TEST_CASE("a release candidate has its own version only") {
  CHECK(Run{"push", "refs/tags/v1.2.3-rc.1", repository}.tags() == Tags{"v1.2.3-rc.1", "1.2.3-rc.1", "sha-{git.sha}"});
}

TEST_CASE("a git tag that is named like a commit or the head of a branch gives none") {
  for (const char* const name : {"latest", "sha-c0ffee", "pr-7", "shard-x-1-of-2", "sha256-00"}) {
    CAPTURE(name);
    CHECK(Run{"push", std::string{"refs/tags/"} + name, repository}.tags() == Tags{"sha-{git.sha}"});
  }
}

TEST_CASE("a run that was started by one for a pull request is of no branch") {
  CHECK(Run{"workflow_run", "refs/heads/main",
            R"({"repository": {"default_branch": "main"}, "workflow_run": {"event": "pull_request"}})"}
            .tags() == Tags{"sha-{git.sha}"});
  CHECK(Run{"workflow_run", "refs/heads/main",
            R"({"repository": {"default_branch": "main"}, "workflow_run": {"event": "push"}})"}
            .tags() == Tags{"main", "latest", "sha-{git.sha}"});
}

TEST_CASE("a tag that is no version is a tag") {
  CHECK(Run{"push", "refs/tags/stable", repository}.tags() == Tags{"stable", "sha-{git.sha}"});
}

TEST_CASE("a pull request has its number, whichever branch it goes to") {
  CHECK(Run{"pull_request", "refs/pull/7/merge", R"({"pull_request": {"number": 7}})"}.tags() ==
        Tags{"pr-7", "sha-{git.sha}"});
  CHECK(Run{"pull_request_target", "refs/heads/main",
            R"({"repository": {"default_branch": "main"}, "pull_request": {"number": 8}})"}
            .tags() == Tags{"pr-8", "sha-{git.sha}"});
}

TEST_CASE("a pull request without a number is refused") {
  CHECK(says(failure_of([] { return Run{"pull_request_target", "refs/heads/main", repository}.tags(); }), "number"));
  CHECK(says(failure_of([] { return Run{"push", "refs/pull/7%0A/merge", "{}"}.tags(); }), "number"));
}

TEST_CASE("whatever a branch is called, its tags are tags") {
  for (const char* const name : {"::error::x", "a\nb", "a%0Ab", "<<EOF", "\x1b[31m", "{git.sha}", "-", "...", "ä/ö"}) {
    CAPTURE(name);
    for (const std::string& tag : Run{"push", std::string{"refs/heads/"} + name, repository}.tags()) {
      CHECK((tag == "sha-{git.sha}" || is_tag(tag)));
    }
  }
}

TEST_CASE("outside of GitHub Actions there is no run") {
  CHECK(says(failure_of([] { return read_github_run({}); }), "GITHUB_REF is not set"));
}

}  // namespace
}  // namespace ocibuild
