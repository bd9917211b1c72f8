#include "ocibuild/build/workspace.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;

std::string recorded(const std::string& name) {
  return read_file(std::filesystem::path{OCIBUILD_TEST_DATA} / "metadata" / name, 4 << 20);
}

// Answers every command with these lines and exit code.
RunCommand scripted(std::string out, std::string err, int code) {
  return [=](const Command&, const CommandOutput& output) {
    if (!out.empty()) output.standard_output(out);
    if (!err.empty()) output.standard_error(err);
    return ExitStatus{code};
  };
}

TEST_CASE("recorded metadata gives members with their binaries and what they say about themselves") {
  const Workspace workspace = parse_workspace(recorded("services.json"));
  CHECK(workspace.root == "/src/services");
  CHECK(workspace.target_directory == "/src/services/target");
  REQUIRE(workspace.members.size() == 3);
  const Package& api = *find_member(workspace, "api");
  CHECK(api.version == "1.2.3");
  CHECK(api.description == "Answers questions");
  CHECK(api.license == "MIT OR Apache-2.0");
  CHECK(api.repository == "https://github.com/acme/services");
  CHECK(api.directory() == "/src/services/api");
  CHECK(api.binaries == std::vector<BinaryTarget>{{"api", {}}, {"api-admin", {"admin"}}});
  CHECK(api.features.at("default") == std::vector<std::string>{"tls"});
  CHECK(api.dependencies == std::vector<std::string>{"common", "shared"});
  CHECK(api.settings == R"({"expose":["3000/tcp"]})");
  CHECK(workspace.settings == R"({"registry":"ghcr.io/acme"})");
}

TEST_CASE("a library member has no binaries and a foreign name finds nothing") {
  const Workspace workspace = parse_workspace(recorded("services.json"));
  CHECK(find_member(workspace, "common")->binaries.empty());
  CHECK(find_member(workspace, "serde") == nullptr);
}

TEST_CASE("metadata without a needed member or of a wrong type is refused with its path") {
  CHECK(says(failure_of([] { return parse_workspace("{}"); }), "cargo metadata: `workspace_members` is missing"));
  const std::string no_id = R"({"workspace_members":[],"workspace_root":"/w","target_directory":"/t","packages":[{}]})";
  CHECK(says(failure_of([&] { return parse_workspace(no_id); }), "cargo metadata packages[0]: `id` is missing"));
  const std::string wrong =
      R"({"workspace_members":["a",7],"workspace_root":"/w","target_directory":"/t","packages":[]})";
  CHECK(says(failure_of([&] { return parse_workspace(wrong); }),
             "workspace_members[1]: expected a string, found a number"));
  CHECK(failure_of([] { return parse_workspace("cargo says hello"); }).code() == Errc::invalid_document);
}

TEST_CASE("the tables of other tools in the metadata do not disturb") {
  const Workspace workspace = parse_workspace(
      R"({"workspace_members":[],"workspace_root":"/w","target_directory":"/t","packages":[],"metadata":[1]})");
  CHECK(workspace.settings.empty());
}

TEST_CASE("cargo metadata is asked without dependencies and with the flags of the caller") {
  std::vector<std::string> argv;
  const RunCommand run = [&](const Command& command, const CommandOutput& output) {
    argv = command.argv;
    output.standard_output(recorded("services.json"));
    return ExitStatus{0};
  };
  load_workspace(run, {.cargo = "mycargo", .manifest_path = "a/Cargo.toml", .flags = {"--locked", "--offline"}});
  CHECK(argv == std::vector<std::string>{"mycargo", "metadata", "--format-version", "1", "--no-deps", "--color",
                                         "never", "--manifest-path", "a/Cargo.toml", "--locked", "--offline"});
}

TEST_CASE("a missing cargo is not_found and says where to get it (BI01)") {
  const RunCommand run = [](const Command&, const CommandOutput&) -> ExitStatus {
    throw Error{Errc::not_found, "no such program"};
  };
  const Error error = failure_of([&] { return load_workspace(run, {}); });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, "there is no `cargo`"));
  REQUIRE(error.help().size() == 1);
  CHECK(error.help().front().find("rustup.rs") != std::string::npos);
}

TEST_CASE("a place without Cargo.toml is not_found and says what to do (BI01)") {
  const RunCommand run = scripted("", "error: could not find `Cargo.toml` in `/x` or any parent directory", 101);
  const Error error = failure_of([&] { return load_workspace(run, {}); });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, "could not find `Cargo.toml` in `/x`"));
  CHECK(error.help().front().find("cargo init") != std::string::npos);
}

TEST_CASE("what cargo says about a broken manifest is passed on (BI01)") {
  const RunCommand run = [](const Command&, const CommandOutput& output) {
    for (const char* const line :
         {"warning: other", "error: failed to parse manifest", "", "Caused by:", "  no name"}) {
      output.standard_error(line);
    }
    return ExitStatus{101};
  };
  const Error error = failure_of([&] { return load_workspace(run, {}); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(error.what() == std::string{"cargo refuses the workspace: failed to parse manifest"});
  CHECK(error.notes() == std::vector<std::string>{"cargo: Caused by:", "cargo:   no name"});
}

}  // namespace
}  // namespace ocibuild
