// The revision, with a scripted git and with the real one.
#include "ocibuild/build/revision.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "support/skip.hpp"

using namespace ocibuild;

namespace {

/// A git that fails with one line.
RunCommand failing_git(std::string reason) {
  return [reason = std::move(reason)](const Command&, const CommandOutput& output) {
    output.standard_error(reason);
    return ExitStatus{128};
  };
}

void git(const std::filesystem::path& directory, std::vector<std::string> arguments) {
  Command command{.argv = {"git", "-C", directory.string(), "-c", "user.name=T", "-c", "user.email=t@example.org"},
                  .environment = {{"GIT_COMMITTER_DATE", "1700000000 +0000"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command_output(run_command, command);
}

}  // namespace

TEST_CASE("a repository tells commit, time, branch, tag and origin") {
  if (!testing::has_program("git")) return;
  const TempDir directory{std::filesystem::temp_directory_path()};
  git(directory.path(), {"init", "-q", "-b", "trunk"});
  write_file(directory.path() / "file", "content");
  git(directory.path(), {"add", "file"});
  git(directory.path(), {"commit", "-q", "-m", "first"});
  git(directory.path(), {"tag", "v1.2.3"});
  git(directory.path(), {"remote", "add", "origin", "https://me:secret@example.org/o/r.git"});

  const auto answer = read_revision(run_command, directory.path());

  REQUIRE(answer.revision);
  CHECK(answer.notes.empty());
  CHECK(answer.revision->commit.size() == 40);
  CHECK(answer.revision->commit_time == 1700000000);
  CHECK(answer.revision->branch == "trunk");
  CHECK(answer.revision->tag == "v1.2.3");
  CHECK(answer.revision->source_url == "https://example.org/o/r");
  CHECK(answer.revision->work_tree == WorkTree::clean);
}

TEST_CASE("a branch that shares its name with a tag keeps it") {
  if (!testing::has_program("git")) return;
  const TempDir directory{std::filesystem::temp_directory_path()};
  git(directory.path(), {"init", "-q", "-b", "feature/one"});
  git(directory.path(), {"commit", "-q", "--allow-empty", "-m", "first"});
  git(directory.path(), {"tag", "feature/one"});
  CHECK(read_revision(run_command, directory.path()).revision.value().branch == "feature/one");
}

TEST_CASE("a changed file and a detached head are noticed") {
  if (!testing::has_program("git")) return;
  const TempDir directory{std::filesystem::temp_directory_path()};
  git(directory.path(), {"init", "-q"});
  write_file(directory.path() / "file", "content");
  git(directory.path(), {"add", "file"});
  git(directory.path(), {"commit", "-q", "-m", "first"});
  git(directory.path(), {"checkout", "-q", "--detach"});
  write_file(directory.path() / "file", "other content");

  const auto answer = read_revision(run_command, directory.path());

  REQUIRE(answer.revision);
  CHECK(answer.revision->branch.empty());
  CHECK(answer.revision->tag.empty());
  CHECK(answer.revision->source_url.empty());
  CHECK(answer.revision->work_tree == WorkTree::changed);
}

TEST_CASE("outside of a repository there is no revision and nothing to say") {
  const auto answer =
      read_revision(failing_git("fatal: not a git repository (or any of the parent directories): .git"), "/w");
  CHECK_FALSE(answer.revision);
  CHECK(answer.notes.empty());
}

TEST_CASE("a repository that git does not trust is a note with the command that helps") {
  const auto answer = read_revision(failing_git("fatal: detected dubious ownership in repository at '/w'"), "/w");
  CHECK_FALSE(answer.revision);
  REQUIRE(answer.notes.size() == 1);
  CHECK(answer.notes[0].find("git config --global --add safe.directory /w") != std::string::npos);
}

TEST_CASE("any other failure of git is passed on as a note") {
  const auto answer =
      read_revision(failing_git("fatal: your current branch 'main' does not have any commits yet"), "/w");
  REQUIRE(answer.notes.size() == 1);
  CHECK(answer.notes[0].find("does not have any commits yet") != std::string::npos);
}

TEST_CASE("without git there is no revision") {
  const auto answer = read_revision(
      [](const Command&, const CommandOutput&) -> ExitStatus {
        throw Error{Errc::not_found, "there is no program git"};
      },
      "/w");
  CHECK_FALSE(answer.revision);
  CHECK(answer.notes.size() == 1);
}

TEST_CASE("remote addresses become web addresses without credentials") {
  CHECK(web_address("git@github.com:o/r.git") == "https://github.com/o/r");
  CHECK(web_address("ssh://git@example.org:2222/o/r.git") == "https://example.org/o/r");
  CHECK(web_address("git://example.org/o/r") == "https://example.org/o/r");
  CHECK(web_address("http://example.org:8080/o/r/") == "https://example.org/o/r");
  CHECK(web_address("https://user:to@ken@example.org:8443/o/r.git?x=secret#y") == "https://example.org:8443/o/r");
}

TEST_CASE("what is no web address stays out") {
  for (const std::string remote : {"", "/srv/git/r.git", "../r", "./a:b", "file:///srv/r.git", "https://example.org",
                                   "https:///o/r", "ext::sh -c evil", "git@bad host:o/r", "https://exa mple/o"}) {
    CAPTURE(remote);
    CHECK(web_address(remote).empty());
  }
}
