// Real cargo, small workspaces, no network: a component's bytes depend on neither its neighbours nor the directory.
#include <unistd.h>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/build.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "support/failure.hpp"
#include "support/skip.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;
using Texts = std::vector<std::string>;

// A copy of a workspace of tests/data, in a directory of its own.
struct Copy {
  TempDir directory{fs::temp_directory_path()};
  fs::path root;

  explicit Copy(const std::string& name, const fs::path& place = "w") : root{directory.path() / place} {
    ocibuild::create_directories(root);
    fs::copy(fs::path{OCIBUILD_TEST_DATA} / "workspaces" / name, root, fs::copy_options::recursive);
  }

  PlanRequest request(Texts components = {}) const {
    PlanRequest request{.cargo = {.manifest_path = root / "Cargo.toml", .flags = {"--offline"}}};
    request.components = std::move(components);
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string text = *variable;
      request.environment[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    return request;
  }

  std::map<std::string, Digest> build_digests(Texts components = {}) const {
    MemoryStore store;
    std::map<std::string, Digest> digests;
    const Plan plan = make_plan(request(std::move(components)), run_command);
    for (const BuiltComponent& built : build(plan, store, run_command, {}, [](const BuildEvent&) {}).components) {
      digests.emplace(built.name, built.index.digest);
    }
    return digests;
  }

  std::string output_of(const Texts& packages, const std::string& binary) const {
    Command command{.argv = {"cargo", "build", "--quiet", "--offline"}, .directory = root};
    for (const std::string& package : packages) command.argv.insert(command.argv.end(), {"--package", package});
    command_output(run_command, command);
    return command_output(run_command, {.argv = {(root / "target/debug" / binary).string()}});
  }
};

// Both platforms can be compiled here; otherwise skips with what is missing.
bool can_build() {
  if (!testing::has_program("cargo")) return false;
  try {
    make_plan(Copy{"features"}.request(), run_command);
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    testing::skip(error.what());
    return false;
  }
}

TEST_CASE("the workspace is one where cargo itself changes a binary by what is built beside it") {
  if (!testing::has_program("cargo")) return;
  const Copy copy{"features"};
  CHECK(copy.output_of({"plain"}, "plain") == "hello\n");
  CHECK(copy.output_of({"plain", "loud"}, "plain") == "HELLO\n");
}

TEST_CASE("components share a cargo process for both targets only where features stay as they are alone") {
  if (!can_build()) return;
  const Plan plan = make_plan(Copy{"features"}.request(), run_command);
  REQUIRE(plan.cargo_runs.size() == 2);
  CHECK(plan.cargo_runs[0].packages == Texts{"loud"});
  CHECK(plan.cargo_runs[1].packages == Texts{"plain", "twin"});
  CHECK(plan.cargo_runs[1].triples.size() == 2);
}

TEST_CASE("a component is the same alone and beside others") {
  if (!can_build()) return;
  const std::map<std::string, Digest> together = Copy{"features"}.build_digests();
  CHECK(together.size() == 3);
  const Copy alone{"features"};
  for (const auto& component : together) {
    CAPTURE(component.first);
    CHECK(alone.build_digests({component.first}).at(component.first) == component.second);
  }
}

TEST_CASE("a component is the same in another directory") {
  if (!can_build()) return;
  const Copy here{"features", "a"};
  const Copy there{"features", "somewhere/else entirely"};
  CHECK(here.build_digests() == there.build_digests());
}

TEST_CASE("an error of the compiler reaches the user and is command_failed (BI01)") {
  if (!can_build()) return;
  const Copy copy{"features"};
  write_file(copy.root / "plain/src/main.rs", "fn main() { nonsense(); }\n");
  MemoryStore store;
  std::string words;
  const BuildEvents events = [&](const BuildEvent& event) {
    if (const auto* line = std::get_if<CargoLine>(&event)) words.append(line->text).append("\n");
  };
  const Plan plan = make_plan(copy.request({"plain"}), run_command);
  const Error error = failure_of([&] { return build(plan, store, run_command, {}, events); });
  CHECK(error.code() == Errc::command_failed);
  CHECK(words.find("cannot find function `nonsense`") != std::string::npos);
  CHECK(store.roots().empty());
}

TEST_CASE("a directory without a workspace is refused with cargo's words (BI01)") {
  if (!testing::has_program("cargo")) return;
  const TempDir empty{fs::temp_directory_path()};
  PlanRequest request{.cargo = {.manifest_path = empty.path() / "Cargo.toml"}};
  const Error error = failure_of([&] { return make_plan(request, run_command); });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, "does not exist"));
}

TEST_CASE("cargo itself delivers unknown keys with their path (BI02)") {
  if (!testing::has_program("cargo")) return;
  const Copy copy{"features"};
  const fs::path manifest = copy.root / "plain/Cargo.toml";
  write_file(manifest, read_file(manifest, 4096) + "\n[package.metadata.ocibuild]\nuzer = \"1:1\"\n");
  const Error error = failure_of([&] { return make_plan(copy.request(), run_command); });
  CHECK(error.what() == std::string{"package plain: [package.metadata.ocibuild] uzer: unknown key"});
  CHECK(error.help() == Texts{"did you mean `user`?"});
}

}  // namespace
}  // namespace ocibuild
