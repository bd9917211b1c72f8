// ghcr.io as it was reported (protocol notes: dead sessions, unknown blobs, stale tokens, rate limits).
#include <doctest/doctest.h>

#include "ocibuild/registry/release.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/world.hpp"
#include "support/sample_image.hpp"

namespace ocibuild::testing {
namespace {

using namespace std::chrono_literals;

struct Ghcr : World {
  Ghcr() : World{{.registry = ghcr_options(), .host = "ghcr.io", .client = {.credentials = known_user()}}} {}

  std::vector<ReleaseTarget> target() const { return {{Reference::parse("ghcr.io/a"), {"latest"}}}; }
};

const std::string unknown_blob = R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"unknown blob"}]})";

}  // namespace

TEST_CASE("GHCR: an image goes up with tokens, to sessions below the path in the singular") {
  Ghcr world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  Release{world.client, world.target()}.publish(from, {root});
  CHECK(world.registry.tag("a", "latest") == root.digest);
  CHECK(world.count("PUT", "/v2/a/blobs/upload/5e551000") == 3);
  CHECK(world.waits.empty());
}

TEST_CASE("GHCR: a session that a failed PUT killed is not used again") {
  Ghcr world;
  world.faults.add({.method = "PUT", .target = "/blobs/", .fault = status(502)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("content")) == BlobOutcome::uploaded);
  CHECK(world.story() == "HEAD 401, GET 200, HEAD 404, POST 202, PUT 502, HEAD 404, POST 202, PUT 201");
}

TEST_CASE("GHCR: a session that is unknown when the content comes is replaced") {
  Ghcr world;
  world.faults.add({.method = "PUT", .target = "/blobs/", .fault = status(404)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("content")) == BlobOutcome::uploaded);
  CHECK(world.client.retries() == 1);
  CHECK(world.count("POST") == 2);
}

TEST_CASE("GHCR: a manifest whose blob is unknown for a moment is put again without sending blobs") {
  Ghcr world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  world.faults.add({.method = "PUT", .target = "/manifests/", .times = 3, .fault = status(404, {}, unknown_blob)});
  const ReleaseSummary summary = Release{world.client, world.target(), {.jobs = 1}}.publish(from, {root});
  CHECK(world.registry.tag("a", "latest") == root.digest);
  CHECK(summary.uploaded == 6);
  CHECK(world.count("PUT", "/blobs/") == 3);
}

TEST_CASE("a blob that only the storage has is sent when the repository turns out not to know it") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_image(from);
  const Digest layer = parse_manifest(read_blob(from, root, max_manifest_size)).layers.at(0).digest;
  const std::string location = fmt::format("https://storage.test/{}?signature=x", layer.string());
  world.faults.add({.method = "HEAD",
                    .target = layer.string(),
                    .times = FaultRule::always,
                    .fault = status(307, {{"Location", location}})});
  Release{world.client, {{Reference::parse("r.test/a"), {"latest"}}}}.publish(from, {root});
  CHECK(world.registry.contains_blob("a", layer));
  CHECK(world.registry.tag("a", "latest") == root.digest);
}

TEST_CASE("GHCR: a blob that is really lost is sent again before its manifest") {
  Ghcr world;
  MemoryStore from;
  const Descriptor root = put_sample_image(from);
  const Manifest manifest = parse_manifest(read_blob(from, root, max_manifest_size));
  bool lost = false;
  world.registry.journal().listen([&](const JournalEntry& entry) {
    if (entry.method != "HEAD" || entry.target.find("/manifests/sha256:") == std::string::npos) return;
    if (!std::exchange(lost, true)) world.registry.forget(manifest.layers.at(0).digest);
  });
  Release{world.client, world.target()}.publish(from, {root});
  CHECK(lost);
  CHECK(world.registry.contains_blob("a", manifest.layers.at(0).digest));
  CHECK(world.registry.tag("a", "latest") == root.digest);
}

TEST_CASE("GHCR: children that are lost with their own blobs come back, too") {
  Ghcr world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  bool lost = false;
  world.registry.journal().listen([&](const JournalEntry& entry) {
    if (entry.method != "HEAD" || entry.target.find(root.digest.string()) == std::string::npos) return;
    if (std::exchange(lost, true)) return;
    for (const std::string& digest : world.registry.blobs("a")) world.registry.forget(Digest::parse(digest));
    for (const std::string& digest : world.registry.manifests("a")) world.registry.forget(Digest::parse(digest));
  });
  Release{world.client, world.target()}.publish(from, {root});
  CHECK(world.registry.tag("a", "latest") == root.digest);
  CHECK(world.registry.blobs("a").size() == 3);
  CHECK(world.registry.manifests("a").size() == 3);
}

TEST_CASE("GHCR: 403 for a token that is not known any more is answered with a fresh one") {
  Ghcr world;
  RegistryStore store = world.store();
  store.put(blob_of("one"));
  world.registry.expire_tokens();
  CHECK(store.place(blob_of("two")) == BlobOutcome::uploaded);
  CHECK(world.count("GET", "/token") == 2);
  CHECK(world.waits.empty());
}

TEST_CASE("GHCR: 403 for a token that was just got is final") {
  Ghcr world;
  world.faults.add({.method = "POST", .times = FaultRule::always, .fault = status(403)});
  RegistryStore store = world.store();
  CHECK(failure_of([&] { return store.place(blob_of("one")); }).code() == Errc::denied);
  CHECK(world.count("POST") <= 2);
  CHECK(world.count("GET", "/token") <= 2);
  CHECK(world.waits.empty());
}

TEST_CASE("GHCR: tokens without a lifetime are taken for good for less than a minute") {
  Ghcr world;
  RegistryStore store = world.store();
  store.put(blob_of("one"));
  world.clock.advance(40s);
  store.put(blob_of("two"));
  CHECK(world.count("GET", "/token") == 1);
  world.clock.advance(20s);
  store.put(blob_of("three"));
  CHECK(world.count("GET", "/token") == 2);
}

TEST_CASE("GHCR: twenty requests a second and no more") {
  Ghcr world;
  RegistryStore store = world.store();
  const auto began = world.clock.clock().now();
  for (int i = 0; i < 20; ++i) store.put(blob_of(std::to_string(i)));
  CHECK(world.clock.clock().now() - began >= 59 * 50ms);
  CHECK(world.clock.clock().now() - began <= 61 * 50ms);
}

}  // namespace ocibuild::testing
