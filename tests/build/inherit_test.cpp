// What an image takes over from its base, and how both become one.
#include "build/inherit.hpp"

#include <doctest/doctest.h>

#include "build/sample_base.hpp"
#include "support/failure.hpp"
#include "support/golden.hpp"

namespace ocibuild {
namespace {

using testing::BaseParts;
using testing::file_entry;
using testing::image_of;
using testing::put_base;
using testing::SampleBase;
using Texts = std::vector<std::string>;

const Execution base_execution{
    .user = "app",
    .exposed_ports = {"80/tcp"},
    .env = {"PATH=/opt/bin", "LANG=C", "A=base"},
    .entrypoint = {"/entry"},
    .cmd = {"serve"},
    .volumes = {"/data"},
    .working_dir = "/srv",
    .labels = {{"vendor", "base"}, {"version", "1"}},
    .stop_signal = "SIGQUIT",
    .unknown = {{"Healthcheck", R"({"Test":["CMD","/check"]})"}, {"OnBuild", R"(["RUN x"])"}}};

Recipe on_base(MemoryStore& store, const SampleBase& base, Execution own = {}) {
  return {.base = image_of(store, put_base(store, base)),
          .layers = {{.title = "files", .entries = {file_entry("app", "x")}}},
          .config = {
              .created = "1970-01-01T00:00:00Z", .platform = Platform::parse("linux/amd64"), .config = std::move(own)}};
}

Execution inherited(Execution own) {
  MemoryStore store;
  return inherited_config(on_base(store, {.execution = base_execution}, std::move(own))).config;
}

Manifest manifest_of(const ReadStore& store, const Descriptor& image) {
  return parse_manifest(read_blob(store, image, max_manifest_size), image.media_type);
}

TEST_CASE("what the image leaves open comes from the base") {
  const Execution execution = inherited({});
  CHECK(execution.user == "app");
  CHECK(execution.env == base_execution.env);
  CHECK(execution.entrypoint == Texts{"/entry"});
  CHECK(execution.cmd == Texts{"serve"});
  CHECK(execution.volumes == base_execution.volumes);
  CHECK(execution.working_dir == "/srv");
  CHECK(execution.stop_signal == "SIGQUIT");
  CHECK(execution.unknown == UnknownFields{{"Healthcheck", R"({"Test":["CMD","/check"]})"}});
}

TEST_CASE("what the image says wins, and sets are united") {
  const Execution execution = inherited({.user = "1:1",
                                         .exposed_ports = {"3000/tcp"},
                                         .env = {"A=own", "B=new"},
                                         .volumes = {"/own"},
                                         .working_dir = "/app",
                                         .labels = {{"version", "2"}},
                                         .stop_signal = "SIGINT"});
  CHECK(execution.user == "1:1");
  CHECK(execution.env == Texts{"PATH=/opt/bin", "LANG=C", "A=own", "B=new"});
  CHECK(execution.exposed_ports == std::set<std::string>{"3000/tcp", "80/tcp"});
  CHECK(execution.volumes == std::set<std::string>{"/data", "/own"});
  CHECK(execution.working_dir == "/app");
  CHECK(execution.labels.at("version") == "2");
  CHECK(execution.labels.at("vendor") == "base");
  CHECK(execution.stop_signal == "SIGINT");
}

TEST_CASE("an entrypoint takes the base's arguments away, arguments alone leave the entrypoint") {
  CHECK(inherited({.entrypoint = {"/app"}}).cmd.empty());
  CHECK(inherited({.entrypoint = {"/app"}, .cmd = {"-v"}}).cmd == Texts{"-v"});
  CHECK(inherited({.cmd = {"-v"}}).entrypoint == Texts{"/entry"});
  CHECK(inherited({.cmd = {"-v"}}).cmd == Texts{"-v"});
}

TEST_CASE("labels that name a base name this one, not the base of the base") {
  MemoryStore store;
  const SampleBase base{.execution = {.labels = {{"org.opencontainers.image.base.name", "docker.io/library/older:1"},
                                                 {"org.opencontainers.image.base.digest", "sha256:0"}}}};
  const Recipe recipe = on_base(store, base);
  const auto labels = inherited_config(recipe).config.labels;
  CHECK(labels.at("org.opencontainers.image.base.name") == "example.com/base:1");
  CHECK(labels.at("org.opencontainers.image.base.digest") == recipe.base->descriptor.digest.string());
}

TEST_CASE("history and diff_ids go on where the base's end") {
  MemoryStore store;
  const Recipe recipe =
      on_base(store, {.history = {{.created_by = "ADD"}, {.created_by = "ENV", .empty_layer = true}}});
  const Descriptor image = build_image(recipe, store);
  const Config config = parse_config(read_blob(store, manifest_of(store, image).config, max_manifest_size));
  CHECK(config.diff_ids.size() == 2);
  CHECK(config.diff_ids.front() == recipe.base->config.diff_ids.front());
  REQUIRE(config.history.size() == 3);
  CHECK(config.history[1].created_by == "ENV");
  CHECK(config.history[2].created_by == "ocibuild files");
}

TEST_CASE("a history that does not fit the layers is filled up, or made anew") {
  MemoryStore store;
  const std::string layer = testing::tar_of({});
  const SampleBase none{.layers = {layer, layer}};
  const SampleBase one{.layers = {layer, layer}, .history = {{.created_by = "ADD"}}};
  const SampleBase three{.layers = {layer}, .history = {{.created_by = "A"}, {.created_by = "B"}}};
  CHECK(inherited_config(on_base(store, none)).history.size() == 2);
  const std::vector<History> filled = inherited_config(on_base(store, one)).history;
  REQUIRE(filled.size() == 2);
  CHECK(filled[0].created_by == "ADD");
  CHECK(filled[1].created_by == "layer of the base");
  CHECK(inherited_config(on_base(store, three)).history.size() == 1);
}

TEST_CASE("unknown fields of the base's config and the author stay") {
  MemoryStore store;
  BaseParts parts{store, {}};
  parts.config.author = "somebody";
  parts.config.unknown["docker_version"] = "\"20.10\"";
  const Config config = inherited_config({.base = image_of(store, parts.put(store)), .layers = {}});
  CHECK(config.author == "somebody");
  CHECK(config.unknown.at("docker_version") == "\"20.10\"");
}

TEST_CASE("the user is the one that was said, else the base's unless that is root, else 65532") {
  MemoryStore store;
  const auto chosen = [&](const std::string& user) {
    return user_for(std::nullopt, image_of(store, put_base(store, {.execution = {.user = user}})).get());
  };
  CHECK(user_for(User{.uid = 1, .gid = 2}, nullptr) == "1:2");
  CHECK(user_for(std::nullopt, nullptr) == "65532:65532");
  for (const char* const root : {"", "root", "0", "0:0", "root:staff", "00", ":5"}) {
    CAPTURE(root);
    CHECK(chosen(root) == "65532:65532");
  }
  for (const char* const somebody : {"app", "1000", "1000:0", "nonroot:nonroot"}) {
    CAPTURE(somebody);
    CHECK(chosen(somebody).empty());
  }
}

TEST_CASE("there is a PATH, and it is the base's where the base has one") {
  MemoryStore store;
  Recipe inheriting = on_base(store, {.execution = base_execution});
  add_default_path(inheriting);
  CHECK(inheriting.config.config.env.empty());
  Recipe lacking = on_base(store, {});
  add_default_path(lacking);
  CHECK(lacking.config.config.env == Texts{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
}

TEST_CASE("media types follow the base, and base layers stay where they are") {
  for (const Family family : {Family::oci, Family::docker}) {
    MemoryStore bases;
    MemoryStore store;
    const Recipe recipe = on_base(bases, {.family = family});
    const Descriptor image = build_image(recipe, store);
    const Manifest manifest = manifest_of(store, image);
    CHECK(image.media_type == in_family(family, media_type::manifest));
    CHECK(manifest.config.media_type == in_family(family, media_type::config));
    REQUIRE(manifest.layers.size() == 2);
    CHECK(manifest.layers[0] == recipe.base->manifest.layers[0]);
    CHECK(manifest.layers[1].media_type == in_family(family, media_type::layer_gzip));
    CHECK_FALSE(store.contains(manifest.layers[0]));
    CHECK(image_size(store, image) > manifest.layers[0].size + manifest.layers[1].size);
    CHECK(manifest.annotations.at("org.opencontainers.image.base.digest") == recipe.base->descriptor.digest.string());
    const Descriptor index = build_index(std::vector{image}, {}, store);
    CHECK(index.media_type == in_family(family, media_type::index));
  }
}

TEST_CASE("images on a base are those of the golden file") {
  std::map<std::string, std::string> found;
  for (const Family family : {Family::oci, Family::docker}) {
    MemoryStore store;
    const SampleBase base{.execution = base_execution, .history = {{.created_by = "ADD"}}, .family = family};
    const Recipe recipe = on_base(store, base, {.env = {"B=1"}, .entrypoint = {"/app"}});
    found[family == Family::oci ? "oci" : "docker"] = build_image(recipe, store).digest.string();
  }
  testing::check_golden("based_images.txt", found);
}

}  // namespace
}  // namespace ocibuild
