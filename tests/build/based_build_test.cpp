// Components that stand on a base, from the plan to the images.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "build/memory_registry.hpp"
#include "build/planned.hpp"
#include "build/sample_base.hpp"
#include "ocibuild/build/assemble.hpp"
#include "ocibuild/build/build.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::file_entry;
using testing::GivenServices;
using testing::MemoryRegistry;
using testing::put_base;
using testing::put_index;
using testing::SampleBase;
using testing::says;
using Texts = std::vector<std::string>;

const RunCommand nothing_runs = [](const Command& command, const CommandOutput&) -> ExitStatus {
  throw Error{Errc::not_found, command.argv.front()};
};
const std::string registry_setting = R"("registry": "ghcr.io/acme")";
const std::string key = "docker.io/library/debian:12";

// The services, all of them on debian:12 of a registry in memory.
struct OnDebian : GivenServices {
  MemoryRegistry registry;

  explicit OnDebian(Family family = Family::oci, const Execution& execution = {}) {
    edit(registry_setting, registry_setting + R"(, "base": "debian:12")");
    std::vector<Descriptor> images;
    for (const char* const platform : {"linux/amd64", "linux/arm64"}) {
      images.push_back(put_base(registry.store, {.platform = platform, .execution = execution, .family = family}));
    }
    registry.tags = {{key, put_index(registry.store, images, family)}};
  }

  BuildResult build_into(Store& store, BaseLayers layers = BaseLayers::copy) {
    const Plan made = plan();
    OpenedBases opened = open_bases(wanted_bases(made), made.lock, LockPolicy::complete, registry.door());
    return build(made, store, nothing_runs, {.bases = std::move(opened.bases), .base_layers = layers});
  }
};

Manifest manifest_of(const ReadStore& store, const BuiltComponent& component) {
  const Descriptor& image = component.images.front().manifest;
  return parse_manifest(read_blob(store, image, max_manifest_size), image.media_type);
}

Config config_of(const ReadStore& store, const BuiltComponent& component) {
  return parse_config(read_blob(store, manifest_of(store, component).config, max_manifest_size));
}

TEST_CASE("an image on a base has the base's layers below its own, whole, and says what it stands on") {
  OnDebian services;
  MemoryStore store;
  const BuiltComponent built = services.build_into(store).components.front();
  const Manifest manifest = manifest_of(store, built);
  REQUIRE(manifest.layers.size() == 2);  // no rootfs: the base has its own /etc/passwd
  CHECK(store.contains(manifest.layers.front()));
  CHECK(manifest.annotations.at("org.opencontainers.image.base.name") == key);
  const Index index = parse_index(read_blob(store, built.index, max_manifest_size));
  CHECK(index.annotations.at("org.opencontainers.image.base.digest") == services.registry.tags.at(key).digest.string());
  CHECK(index.annotations.at("org.opencontainers.image.base.name") == key);
  CHECK(manifest.annotations.at("org.opencontainers.image.base.digest") !=
        index.annotations.at("org.opencontainers.image.base.digest"));
}

TEST_CASE("layers of the base are left out on request, and the size counts them all the same") {
  OnDebian services;
  MemoryStore store;
  const BuiltComponent built = services.build_into(store, BaseLayers::leave_out).components.front();
  const Manifest manifest = manifest_of(store, built);
  CHECK_FALSE(store.contains(manifest.layers.front()));
  CHECK(built.images.front().size > manifest.layers.front().size);
}

TEST_CASE("on a base of Docker's family everything is of that family") {
  OnDebian services{Family::docker};
  MemoryStore store;
  const BuiltComponent built = services.build_into(store).components.front();
  CHECK(built.index.media_type == media_type::docker_list);
  CHECK(manifest_of(store, built).media_type == media_type::docker_manifest);
  CHECK(manifest_of(store, built).layers.back().media_type == media_type::docker_layer_gzip);
}

TEST_CASE("a component runs as the base's user unless that is root or another is set") {
  MemoryStore store;
  OnDebian root;
  CHECK(config_of(store, root.build_into(store).components[0]).config.user == "65532:65532");
  OnDebian somebody{Family::oci, {.user = "app", .env = {"PATH=/opt"}, .cmd = {"sh"}}};
  const Execution execution = config_of(store, somebody.build_into(store).components[0]).config;
  CHECK(execution.user == "app");
  CHECK(execution.env == Texts{"PATH=/opt"});
  CHECK(execution.entrypoint == Texts{"/usr/local/bin/api"});
  CHECK(execution.cmd.empty());
  somebody.edit(registry_setting, registry_setting + R"(, "user": "65532:65532")");
  CHECK(config_of(store, somebody.build_into(store).components[0]).config.user == "65532:65532");
}

TEST_CASE("a base that was not opened is no scratch") {
  OnDebian services;
  MemoryStore store;
  const Error error = failure_of([&] { return build(services.plan(), store, nothing_runs); });
  CHECK(says(error, "the base docker.io/library/debian:12 of api was not opened"));
}

TEST_CASE("the plan names the base, and by what it is pinned") {
  OnDebian services;
  Plan plan = services.plan();
  CHECK(plan.components[0].base_place->name == key);
  CHECK(wanted_bases(plan).size() == 1);
  CHECK(plan_text(plan).find("    pinned     no  (the first build pins it in ocibuild.lock)\n") != std::string::npos);
  const Digest digest = services.registry.tags.at(key).digest;
  plan.lock.insert_or_assign(key, LockedBase{digest, {{"linux/amd64", digest}}});
  CHECK(plan_text(plan).find("  base         debian:12  (workspace)\n") != std::string::npos);
  CHECK(plan_text(plan).find("    pinned     " + digest.string() + "  (ocibuild.lock)\n") != std::string::npos);
  const nlohmann::json base = nlohmann::json::parse(plan_json(plan)).at("components").at(0).at("base");
  CHECK(base.at("value") == "debian:12");
  CHECK(base.at("source") == "workspace");
  CHECK(base.at("place") == key);
  CHECK(base.at("pin").at("digest") == digest.string());
  CHECK(base.at("pin").at("platforms").at("linux/amd64") == digest.string());
}

TEST_CASE("a component can leave the base of the workspace, and another place can be its base") {
  OnDebian services;
  services.edit(R"("expose": [)", R"("base": "scratch", "expose": [)");
  const Plan plan = services.plan();
  CHECK_FALSE(plan.components[0].base_place);
  CHECK(plan.components[1].base_place);
  CHECK(pin_of(plan.components[1], plan).source == "the first build pins it in ocibuild.lock");
  services.request.command_line.base = "oci:layout:name";
  CHECK(services.plan().components[0].base_place == Place::parse("oci:layout:name"));
  services.request.command_line.base = "not a reference";
  CHECK(failure_of([&] { return services.plan(); }).code() == Errc::invalid_argument);
}

TEST_CASE("what Cargo.toml says about a base is judged where it is said") {
  GivenServices wrong;
  wrong.edit(registry_setting, R"("base": "Not A Reference")");
  const Error error = failure_of([&] { return wrong.plan(); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "component api: base: invalid image reference"));
  GivenServices missing;
  missing.edit(registry_setting, R"("base": "oci:no-such-layout")");
  CHECK(says(failure_of([&] { return missing.plan(); }), "base: source `no-such-layout` does not exist"));
}

TEST_CASE("the bases of a workspace are those of all binaries, built by default or not") {
  OnDebian services;
  services.edit(R"("expose": [)", R"("skip": true, "base": "alpine", "expose": [)");
  const WorkspaceBases bases = workspace_bases(services.request, testing::recorded_cargo(services.metadata));
  CHECK(bases.lock_file.filename() == "ocibuild.lock");
  REQUIRE(bases.wanted.size() == 2);
  CHECK(bases.wanted[0].place.name == "docker.io/library/alpine:latest");
  CHECK(bases.wanted[1].platforms.size() == 2);
}

TEST_CASE("an image from files goes on where its base ends") {
  GivenServices services;
  MemoryStore bases;
  const Descriptor root = put_base(bases, {.execution = {.user = "app", .entrypoint = {"/entry"}}});
  const std::vector platforms{Platform::parse("linux/amd64")};
  const ImageRequest request{
      .files = {parse_add("api.amd64:/app/api:0755")},
      .directory = services.directory.path(),
      .platforms = platforms,
      .base = std::make_shared<const Base>(resolve_base(testing::view_of(bases), root, platforms))};
  MemoryStore store;
  const Index index = parse_index(read_blob(store, assemble_image(request, store), max_manifest_size));
  CHECK(index.annotations == Annotations{{"org.opencontainers.image.base.digest", root.digest.string()}});
  const Manifest manifest = parse_manifest(read_blob(store, index.manifests.front(), max_manifest_size));
  CHECK(store.contains(manifest.layers.front()));
  const Execution execution = parse_config(read_blob(store, manifest.config, max_manifest_size)).config;
  CHECK(execution.user == "app");
  CHECK(execution.entrypoint == Texts{"/entry"});
}

}  // namespace
}  // namespace ocibuild
