#include "ocibuild/build/plan.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "build/planned.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::GivenServices;
using testing::says;
using Texts = std::vector<std::string>;

Texts names(const Plan& plan) {
  Texts result;
  for (const ComponentPlan& component : plan.components) result.push_back(component.name);
  return result;
}

const std::string api_table = R"("expose": [)";

TEST_CASE("without configuration every binary that cargo builds is a component") {
  const Plan plan = GivenServices{}.plan();
  CHECK(names(plan) == Texts{"api", "worker"});  // api-admin needs a feature
  CHECK(plan.components[0].image.value == "ghcr.io/acme/api");
  CHECK(plan.components[0].tags.value == Texts{"latest"});
  CHECK(plan.components[0].user.value.string() == "65532:65532");
  CHECK(plan.components[0].platforms.size() == 2);
  CHECK(plan.created == "1970-01-01T00:00:00Z");
  CHECK(plan.cargo_runs.empty());
}

TEST_CASE("of several values the one nearest to the user wins, and says where it came from") {
  GivenServices services;
  CHECK(services.plan().components[0].registry.origin == Origin::workspace);
  services.edit(api_table, R"("registry": "from.package/x", "expose": [)");
  CHECK(services.plan().components[0].registry.value == "from.package/x");
  CHECK(services.plan().components[1].registry.value == "ghcr.io/acme");
  services.request.environment["OCIBUILD_REGISTRY"] = "from.environment/x";
  CHECK(services.plan().components[0].registry.origin == Origin::environment);
  services.request.command_line.registry = "from.command/x";
  const Setting<std::string> registry = services.plan().components[0].registry;
  CHECK(registry.value == "from.command/x");
  CHECK(registry.origin == Origin::command_line);
}

TEST_CASE("on ghcr.io an owner with capitals names the packages in lower case, and this is told") {
  GivenServices services;
  services.edit(R"("registry": "ghcr.io/acme")", R"("registry": "ghcr.io/Acme")");
  const Plan plan = services.plan();
  CHECK(plan.components[0].image.value == "ghcr.io/acme/api");
  CHECK(std::ranges::count(plan.notes, "ghcr.io/Acme is written ghcr.io/acme, as ghcr.io wants it") == 1);
}

TEST_CASE("maps of several origins are joined key by key") {
  GivenServices services;
  services.edit(R"("registry": "ghcr.io/acme")", R"("env": {"A": "workspace", "B": "workspace"})");
  services.edit(api_table, R"("env": {"B": "package"}, "expose": [)");
  const auto env = services.plan().components[0].env;
  CHECK(env.at("A").origin == Origin::workspace);
  CHECK(env.at("B").value == "package");
}

TEST_CASE("components and packages are chosen by name") {
  GivenServices services;
  services.request.binaries.clear();
  services.give("api-admin", "linux/amd64", testing::Machine::amd64);
  services.request.components = {"api-admin"};
  services.request.command_line.platforms = {Platform::parse("linux/amd64")};
  CHECK(names(services.plan()) == Texts{"api-admin"});
  services.request.components = {"wroker"};
  const Error error = failure_of([&] { return services.plan(); });
  CHECK(error.code() == Errc::not_found);
  CHECK(error.help() == Texts{"did you mean `worker`?"});
  services.request.components.clear();
  services.request.packages = {"ap"};
  CHECK(says(failure_of([&] { return services.plan(); }), "no package `ap`"));
}

TEST_CASE("a skipped package is left out unless it is named") {
  GivenServices services;
  services.edit(api_table, R"("skip": true, "expose": [)");
  services.request.binaries.erase(services.request.binaries.begin(), services.request.binaries.begin() + 2);
  CHECK(names(services.plan()) == Texts{"worker"});
}

TEST_CASE("an unknown key names package, key path and the nearest key (BI02)") {
  GivenServices services;
  services.edit(api_table, R"("exposee": [)");
  const Error error = failure_of([&] { return services.plan(); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(error.what() == std::string{"package api: [package.metadata.ocibuild] exposee: unknown key"});
  CHECK(error.help() == Texts{"did you mean `expose`?"});
}

TEST_CASE("two components of one name and two of one image are refused") {
  GivenServices services;
  services.edit("\"api-admin\"", "\"worker\"");
  services.edit("\"required-features\": [", "\"other\": [");
  CHECK(says(failure_of([&] { return services.plan(); }), "packages api and worker both have a component `worker`"));
  GivenServices same;
  same.request.command_line.name = "everything";
  CHECK(says(failure_of([&] { return same.plan(); }), "would both be the image `ghcr.io/acme/everything`"));
}

TEST_CASE("one name for several binaries of a package is refused") {
  GivenServices services;
  services.edit(api_table, R"("component": "main", "expose": [)");
  CHECK(says(failure_of([&] { return services.plan(); }), "2 binaries, which cannot all be `main`"));
}

TEST_CASE("a component's name holds nothing that a workflow or a terminal would take for something else") {
  for (const char* const name : {R"(a\n::error::b)", R"(\u001b[31mred)", "a%0Ab", "<<EOF", "a b", "../a"}) {
    CAPTURE(name);
    GivenServices services;
    services.edit("\"api-admin\"", fmt::format("\"{}\"", name));
    services.edit("\"required-features\": [", "\"other\": [");
    CHECK(says(failure_of([&] { return services.plan(); }), "cannot name a component"));
  }
}

TEST_CASE("tags are filled in and must be tags") {
  GivenServices services;
  services.request.environment["SOURCE_DATE_EPOCH"] = "951868800";
  services.request.command_line.tags = {"v{version}", "{date}-{component}", "v{version}"};
  CHECK(services.plan().components[0].tags.value == Texts{"v1.2.3", "20000301-api"});
  services.request.command_line.tags = {"a b"};
  CHECK(
      says(failure_of([&] { return services.plan(); }), "component api: tag `a b` is `a b`, which no registry takes"));
  services.request.command_line.tags = {"sha-{git.sha}"};
  CHECK(says(failure_of([&] { return services.plan(); }), "tag `sha-{git.sha}`: there is no git.sha here"));
  services.request.command_line.tags = {"{sha}"};
  CHECK(says(failure_of([&] { return services.plan(); }), "unknown placeholder `{sha}`"));
}

TEST_CASE("what the request says is judged: time, features, binaries") {
  GivenServices services;
  services.request.environment["SOURCE_DATE_EPOCH"] = "yesterday";
  CHECK(says(failure_of([&] { return services.plan(); }), "SOURCE_DATE_EPOCH is `yesterday`"));
  services.request.environment.clear();
  services.request.command_line.features = Texts{"nonsense"};
  CHECK(says(failure_of([&] { return services.plan(); }), "no component that is built has a feature `nonsense`"));
  services.request.command_line.features.reset();
  services.request.binaries.push_back({"api", Platform::parse("linux/s390x"), "x"});
  CHECK(
      says(failure_of([&] { return services.plan(); }), "--binary api:linux/s390x: api is not built for linux/s390x"));
  services.request.binaries.back().component = "apis";
  CHECK(says(failure_of([&] { return services.plan(); }),
             "--binary apis:linux/s390x: no component of that name is built"));
}

TEST_CASE("a given binary is read as COMPONENT:PLATFORM=PATH") {
  const GivenBinary given = GivenBinary::parse("engine:linux/arm64=out/a=b:c");
  CHECK(given.component == "engine");
  CHECK(given.platform == Platform::parse("linux/arm64"));
  CHECK(given.path == "out/a=b:c");
  for (const char* const bad : {"", "engine", "engine=x", ":linux/amd64=x", "engine:linux/amd64=", "engine:linux=x"}) {
    CAPTURE(bad);
    CHECK(failure_of([&] { return GivenBinary::parse(bad); }).code() == Errc::invalid_argument);
  }
}

TEST_CASE("the plan is told to machines as one object with sources") {
  const nlohmann::json plan = nlohmann::json::parse(plan_json(GivenServices{}.plan()));
  CHECK(plan.at("schemaVersion") == 1);
  const nlohmann::json& api = plan.at("components").at(0);
  CHECK(api.at("image").at("value") == "ghcr.io/acme/api");
  CHECK(api.at("image").at("source") == "workspace");
  CHECK(api.at("platforms").at("value") == nlohmann::json::array({"linux/amd64", "linux/arm64"}));
  CHECK(api.at("layers") == nlohmann::json::array({"rootfs", "binary"}));
  CHECK(api.at("expose").at("source") == "package");
}

TEST_CASE("the plan is told to people line by line with sources") {
  const std::string text = plan_text(GivenServices{}.plan());
  CHECK(text.find("api (binary api of package api)\n") != std::string::npos);
  CHECK(text.find("  image        ghcr.io/acme/api  (workspace)\n") != std::string::npos);
  CHECK(text.find("  expose       3000/tcp  (package)\n") != std::string::npos);
  CHECK(text.back() == '\n');
}

}  // namespace
}  // namespace ocibuild
