// Documents that are not what was asked for, and layers that are somewhere else (DL06, DL07, DL10).
#include <doctest/doctest.h>

#include <map>

#include "ocibuild/registry/places.hpp"
#include "ocibuild/registry/release.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/world.hpp"
#include "support/sample_image.hpp"

namespace ocibuild::testing {
namespace {

Errc walk_failure(const RegistryStore& store, const Descriptor& root) {
  return failure_of([&] {
           walk(store, root, [](const Descriptor&, std::string_view) {});
           return 0;
         })
      .code();
}

/// An image with a layer that may only be fetched from somewhere else.
Descriptor put_image_with_foreign_layer(Store& store) {
  const Blob config = memory_blob(media_type::config, "{}");
  store.put(config);
  Descriptor layer = describe("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "foreign");
  layer.urls = {"https://evil.test/layer"};
  const Manifest manifest{.config = config.descriptor, .layers = {layer}};
  const Blob document = memory_blob(media_type::manifest, serialize(manifest));
  store.put(document);
  return document.descriptor;
}

}  // namespace

TEST_CASE("DL06: a registry that gives B where A was asked for is not believed, and both are named") {
  World world;
  const std::string a = serialize(Index{});
  const std::string b = serialize(Index{.annotations = {{"b", "b"}}});
  const Descriptor wanted = describe(media_type::index, a);
  world.registry.put_manifest("a", media_type::index, a);
  world.faults.add({.method = "GET", .fault = status(200, {{"Content-Type", std::string{media_type::index}}}, b)});
  const Error error = failure_of([&] { return world.store().open(wanted); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "found " + Digest::of(b).string()));
  CHECK(says(error, "expected " + Digest::of(a).string()));
}

TEST_CASE("DL06: a tag that moves between question and answer gives one or the other, never a mixture") {
  World world{{.registry = {.head_manifest_status = 405}}};
  const std::string a = serialize(Index{});
  const std::string b = serialize(Index{.annotations = {{"b", "b"}}});
  world.registry.put_manifest("a", media_type::index, a, "latest");
  const Headers claims{{"Content-Type", std::string{media_type::index}},
                       {"Docker-Content-Digest", Digest::of(a).string()}};
  world.faults.add({.method = "GET", .fault = status(200, claims, b)});
  const RegistryStore store = world.store();
  CHECK(failure_of([&] { return store.resolve("latest"); }).code() == Errc::digest_mismatch);
}

TEST_CASE("DL07: a document that is a manifest and an index at once is refused") {
  World world;
  const std::string both = R"({"schemaVersion":2,"config":{},"layers":[],"manifests":[]})";
  for (const std::string_view type : {media_type::index, media_type::manifest}) {
    const Descriptor root = describe(type, both);
    world.registry.put_manifest("a", type, both);
    CHECK(walk_failure(world.store(), root) == Errc::invalid_document);
  }
}

TEST_CASE("DL07: a document whose Content-Type is not its media type is refused") {
  for (const char* type : {"application/vnd.oci.image.manifest.v1+json", "text/html", "application/json", ""}) {
    CAPTURE(type);
    World world;
    const std::string document = serialize(Index{});
    world.registry.put_manifest("a", type, document);
    const Error error = failure_of([&] { return world.store().open(describe(media_type::index, document)); });
    CHECK(error.code() == Errc::invalid_document);
    CHECK(says(error, "Content-Type"));
  }
}

TEST_CASE("DL07: a document that says another media type inside is refused") {
  World world;
  const std::string document =
      R"({"schemaVersion":2,"mediaType":")" + std::string{media_type::manifest} + R"(","manifests":[]})";
  world.registry.put_manifest("a", media_type::index, document);
  CHECK(walk_failure(world.store(), describe(media_type::index, document)) == Errc::invalid_document);
}

TEST_CASE("DL07: a web page under a tag is no image") {
  World world;
  world.faults.add({.times = FaultRule::always, .fault = status(200, {{"Content-Type", "text/html"}}, "<html>")});
  const Error error = failure_of([&] { return world.store().resolve("latest"); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "latest: found Content-Type \"text/html\""));
}

TEST_CASE("DL10: a layer that is somewhere else is fetched from nowhere") {
  World world;
  MemoryStore original;
  const Descriptor root = put_image_with_foreign_layer(original);
  const std::vector<ReleaseTarget> targets{{Reference::parse("r.test/a"), {"latest"}}};
  Release{world.client, targets}.publish(original, {root});
  MemoryStore copied;
  copy(world.store(), root, copied);
  CHECK(copied.contains(root));
  CHECK_FALSE(world.left_home());
  CHECK(world.count("GET", Digest::of("foreign").encoded()) == 0);
  CHECK(world.count("POST") == 1);
}

TEST_CASE("an image is opened by its tag or digest, and one that is not there is not found") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  Release{world.client, {{Reference::parse("r.test/a"), {"v1"}}}}.publish(from, {root});
  const std::string digest = "@" + root.digest.string();
  for (const auto& [suffix, name] :
       std::map<std::string, std::string>{{":v1", "v1"}, {digest, ""}, {":v1" + digest, "v1"}}) {
    const OpenedRoot opened =
        open_for_reading({.kind = PlaceKind::registry, .name = "r.test/a" + suffix}, world.client);
    CHECK(opened.root.digest == root.digest);
    CHECK(opened.name == name);
    CHECK(opened.store->contains(root));
  }
  const Error error = failure_of(
      [&] { return open_for_reading({.kind = PlaceKind::registry, .name = "r.test/a:v2"}, world.client).root; });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, "reading r.test/a:v2"));
}

}  // namespace ocibuild::testing
