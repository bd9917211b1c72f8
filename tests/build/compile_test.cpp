#include "build/compile.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;

constexpr const char* amd64 = "x86_64-unknown-linux-gnu";

std::string artifact(std::string_view kind, std::string_view file, std::string_view executable) {
  std::string text = R"({"reason":"compiler-artifact","package_id":"path+file:///w/engine#0.1.0",)"
                     R"("target":{"kind":["KIND"],"name":"engine"},"filenames":["FILE"],"executable":EXE})";
  text.replace(text.find("KIND"), 4, kind);
  text.replace(text.find("FILE"), 4, file);
  return text.replace(text.find("EXE"), 3, executable);
}

TEST_CASE("a finished binary is read with its package, name, target and path") {
  const std::string path = "/w/target/x86_64-unknown-linux-gnu/release/engine";
  const auto message = parse_message(artifact("bin", path, fmt::format("\"{}\"", path)), {amd64});
  REQUIRE(message);
  CHECK(message->package_id == "path+file:///w/engine#0.1.0");
  CHECK(message->target == "engine");
  CHECK(message->triple == amd64);
  CHECK(message->executable == path);
}

TEST_CASE("libraries and build scripts are no binaries") {
  const auto library =
      parse_message(artifact("lib", "/w/target/x86_64-unknown-linux-gnu/release/deps/a.rlib", "null"), {amd64});
  CHECK(library->executable.empty());
  const auto script = parse_message(artifact("custom-build", "/w/target/release/build/a/b", "\"/w/b\""), {amd64});
  CHECK(script->executable.empty());
  CHECK(script->triple.empty());
}

TEST_CASE("other messages and stray output are nothing, a broken message is refused") {
  CHECK_FALSE(parse_message(R"({"reason":"build-finished","success":true})", {amd64}));
  CHECK_FALSE(parse_message("hello from a build script", {amd64}));
  CHECK(failure_of([] { return parse_message(R"({"reason":"compiler-artifact"})", {amd64}); }).code() ==
        Errc::invalid_document);
  CHECK(failure_of([] { return parse_message("{", {amd64}); }).code() == Errc::invalid_document);
}

// A plan with one cargo run in a target directory of its own.
struct OneRun {
  TempDir directory{std::filesystem::temp_directory_path()};
  Plan plan;

  OneRun() {
    plan.workspace = {.root = directory.path(), .target_directory = directory.path() / "target"};
    plan.compile = CompileSetup{.toolchain = {.host = amd64}};
    plan.compile->targets.push_back({.platform = Platform::parse("linux/amd64"), .target = amd64});
    plan.compile->linkers.push_back({.target = amd64});
    plan.cargo_runs.push_back({.packages = {"engine"}, .triples = {amd64}, .command = {.argv = {"cargo", "build"}}});
  }
};

const BuildEvents no_event = [](const BuildEvent&) {};
const auto no_binary = [](const BinaryKey&, const std::filesystem::path& file) { FAIL(file.native()); };

TEST_CASE("a failing cargo is command_failed with its first error and the command, its words are passed on (BI01)") {
  OneRun one;
  const RunCommand run = [](const Command&, const CommandOutput& output) {
    output.standard_error("\x1b[1mwarning\x1b[0m: unused");
    output.standard_error("\x1b[1m\x1b[31merror[E0425]\x1b[0m: cannot find value `x`");
    output.standard_error("error: could not compile `engine`");
    return ExitStatus{101};
  };
  std::vector<std::string> words;
  const BuildEvents events = [&](const BuildEvent& event) {
    if (const auto* line = std::get_if<CargoLine>(&event)) words.emplace_back(line->text);
  };
  const Error error =
      failure_of([&] { return compile(one.plan, run, {}, {.progress = events, .binary_made = no_binary}); });
  CHECK(error.code() == Errc::command_failed);
  CHECK(error.what() == std::string{"cargo build ended with exit code 101"});
  CHECK(error.notes().front() == "cargo: error[E0425]: cannot find value `x`");
  CHECK(error.notes().back() == "the command was: cargo build");
  CHECK(words.size() == 3);
}

TEST_CASE("a lock file that is out of date is an error that says how to mend it") {
  OneRun one;
  const RunCommand run = [](const Command&, const CommandOutput& output) {
    output.standard_error(
        "error: cannot update the lock file /w/Cargo.lock because --locked was passed to prevent this");
    return ExitStatus{101};
  };
  const Error error =
      failure_of([&] { return compile(one.plan, run, {}, {.progress = no_event, .binary_made = no_binary}); });
  CHECK(error.help().front().find("cargo update --workspace") != std::string::npos);
}

TEST_CASE("cargo is run with messages, jobs and everything that makes it reproducible") {
  OneRun one;
  Command seen;
  const RunCommand run = [&](const Command& command, const CommandOutput&) {
    seen = command;
    return ExitStatus{0};
  };
  compile(one.plan, run, {.cargo_jobs = 3}, {.progress = no_event, .binary_made = no_binary});
  CHECK(std::find(seen.argv.begin(), seen.argv.end(), "--message-format=json-render-diagnostics") != seen.argv.end());
  CHECK(to_shell(seen).find("--jobs 3") != std::string::npos);
  CHECK(seen.environment.contains("SOURCE_DATE_EPOCH"));
}

TEST_CASE("a binary is told of while cargo is still running") {
  OneRun one;
  std::vector<std::string> told;
  const RunCommand run = [&](const Command&, const CommandOutput& output) {
    output.standard_output(artifact("bin", "/t/x86_64-unknown-linux-gnu/release/engine", "\"/t/engine\""));
    told.emplace_back("cargo ends");
    return ExitStatus{0};
  };
  const auto take = [&](const BinaryKey& key, const std::filesystem::path& file) {
    CHECK(key == BinaryKey{"path+file:///w/engine#0.1.0", "engine", amd64});
    told.push_back(file.native());
  };
  compile(one.plan, run, {}, {.progress = no_event, .binary_made = take});
  CHECK(told == std::vector<std::string>{"/t/engine", "cargo ends"});
}

TEST_CASE("each cargo run links its gnu targets as its own components want, and lies apart from the other") {
  OneRun one;
  one.plan.compile->targets.push_back(
      {.platform = Platform::parse("linux/amd64"), .target = amd64, .crt_static = CrtStatic::forced});
  one.plan.cargo_runs.push_back(one.plan.cargo_runs.front());
  one.plan.cargo_runs.back().crt_static = CrtStatic::forced;
  std::vector<std::string> directories;
  const RunCommand run = [&](const Command& command, const CommandOutput&) {
    directories.push_back(std::filesystem::path{command.argv.back()}.filename());
    return ExitStatus{0};
  };
  compile(one.plan, run, {},
          {.progress = no_event, .binary_made = [](const BinaryKey&, const std::filesystem::path&) {}});
  CHECK(directories == std::vector<std::string>{"ocibuild-cargo", "ocibuild-cargo-static"});
}

}  // namespace
}  // namespace ocibuild
