// What refers to a manifest: by the registry's list, or by the fallback tag where there is none.
#include <doctest/doctest.h>

#include "ocibuild/base/parallel.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

const Descriptor subject = describe(media_type::manifest, "a manifest that need not be there");
const std::string fallback = "sha256-" + std::string{subject.digest.encoded()};
const std::string list = "/v2/a/referrers/";

/// An index that refers to the subject; `name` tells it from others.
Blob referrer(const std::string& name) {
  return memory_blob(
      media_type::index,
      serialize(Index{.artifact_type = "text/" + name, .subject = subject, .annotations = {{"name", name}}}));
}

WorldOptions without_api() {
  return {.registry = {.referrers = false}};
}

std::vector<std::string> types(World& world, std::string_view filter = {}) {
  std::vector<std::string> result;
  for (const Descriptor& entry : list_referrers(world.client, world.host, "a", subject.digest, filter)) {
    result.push_back(entry.artifact_type);
  }
  std::ranges::sort(result);
  return result;
}

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("a registry with a list of referrers keeps it itself") {
  World world;
  RegistryStore store = world.store();
  store.put(referrer("sbom"));
  store.put(referrer("signature"));
  CHECK(types(world) == Types{"text/sbom", "text/signature"});
  CHECK(types(world, "text/sbom") == Types{"text/sbom"});
  CHECK(world.registry.tags("a").empty());
}

TEST_CASE("a list of referrers comes over all pages") {
  World world{{.registry = {.page_size = 2}}};
  RegistryStore store = world.store();
  for (const char* name : {"1", "2", "3", "4", "5"}) store.put(referrer(name));
  CHECK(types(world).size() == 5);
}

TEST_CASE("without such a list, referrers are entered in the fallback tag, each once") {
  World world{without_api()};
  RegistryStore store = world.store();
  store.put(referrer("sbom"));
  store.put(referrer("signature"));
  CHECK(types(world) == Types{"text/sbom", "text/signature"});
  CHECK(types(world, "text/sbom") == Types{"text/sbom"});
  CHECK(world.registry.tags("a").contains(fallback));
  const auto before = world.registry.tag("a", fallback);
  world.store().put(referrer("sbom"));
  CHECK(world.registry.tag("a", fallback) == before);
  const Index index = parse_index(world.registry.manifest("a", fallback).value());
  REQUIRE(index.manifests.size() == 2);
  CHECK(index.manifests[0].digest == referrer("sbom").descriptor.digest);
  CHECK(index.manifests[0].annotations.at("name") == "sbom");
}

TEST_CASE("GHCR's answer that leads to a web page is no list, and the page is not asked") {
  World world{without_api()};
  world.faults.add({.target = list,
                    .times = FaultRule::always,
                    .fault = status(303, {{"Location", "https://github.com/-/v2/packages/container/package/a"}})});
  world.store().put(referrer("sbom"));
  CHECK(types(world) == Types{"text/sbom"});
  CHECK_FALSE(world.left_home());
  CHECK(world.waits.empty());
}

TEST_CASE("a web page in place of a list of referrers is no list") {
  const Headers html{{"Content-Type", "text/html"}};
  for (const Fault& fault : {status(200, html, "<html>"), status(200), status(404), status(405), status(400)}) {
    World world{without_api()};
    world.faults.add({.target = list, .times = FaultRule::always, .fault = fault});
    world.store().put(referrer("sbom"));
    CHECK(types(world) == Types{"text/sbom"});
  }
}

TEST_CASE("OCI-Subject of a registry without a list does not keep a referrer out of the fallback tag") {
  World world;
  world.faults.add({.target = list, .times = FaultRule::always, .fault = status(404)});
  world.store().put(referrer("sbom"));
  CHECK(world.registry.tags("a").contains(fallback));
  CHECK(types(world) == Types{"text/sbom"});
}

TEST_CASE("an entry that somebody else's replaced is entered again, beside theirs") {
  World world{without_api()};
  const Blob theirs = referrer("theirs");
  Descriptor entry = theirs.descriptor;
  entry.artifact_type = "text/theirs";
  const std::string list_of_theirs = serialize(Index{.manifests = {entry}});
  int replaced = 0;
  world.registry.journal().listen([&](const JournalEntry& line) {
    if (line.method != "PUT" || line.target.find(fallback) == std::string::npos || ++replaced > 2) return;
    world.registry.put_manifest("a", media_type::index, read_all(*theirs.open(), 4096));
    world.registry.put_manifest("a", media_type::index, list_of_theirs, fallback);
  });
  world.store().put(referrer("ours"));
  CHECK(types(world) == Types{"text/ours", "text/theirs"});
  CHECK(replaced == 3);
}

TEST_CASE("an entry that is replaced every time is an error") {
  World world{without_api()};
  world.registry.journal().listen([&](const JournalEntry& line) {
    if (line.method != "PUT" || line.target.find(fallback) == std::string::npos) return;
    world.registry.put_manifest("a", media_type::index, serialize(Index{}), fallback);
  });
  const Error error = failure_of([&] { return world.store().place(referrer("ours")); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "is entered by others all the time"));
}

TEST_CASE("referrers that go up at the same time are all entered") {
  World world{without_api()};
  RegistryStore store = world.store();
  for_each_index(24, 8, [&](std::size_t i) { store.put(referrer(std::to_string(i))); });
  CHECK(types(world).size() == 24);
}

TEST_CASE("UP15: a referrer whose entry was never made is entered by the next run") {
  World world{without_api()};
  world.faults.add({.method = "PUT", .target = fallback, .times = FaultRule::always, .fault = status(503)});
  failure_of([&] { return world.store().place(referrer("sbom")); });
  CHECK(world.registry.contains_manifest("a", referrer("sbom").descriptor.digest));
  CHECK(types(world).empty());
  world.faults.replace({});
  CHECK(world.store().place(referrer("sbom")) == BlobOutcome::present);
  CHECK(types(world) == Types{"text/sbom"});
}

TEST_CASE("AT22: a list of referrers that goes on elsewhere or has no end is refused") {
  const std::string body = serialize(Index{});
  for (const char* link : {"<https://evil.test/x>; rel=next", "<http://r.test/x>; rel=next", "<ftp://x>; rel=next",
                           "<?last=1>; rel=next"}) {
    CAPTURE(link);
    World world;
    const Headers headers{{"Content-Type", std::string{media_type::index}}, {"Link", link}};
    world.faults.add({.target = list, .times = FaultRule::always, .fault = status(200, headers, body)});
    CHECK(failure_of([&] { return types(world); }).code() == Errc::unavailable);
    CHECK_FALSE(world.left_home());
    CHECK(world.count("GET") <= 100);
  }
}

TEST_CASE("something else under the fallback tag is not overwritten") {
  World world{without_api()};
  const Manifest manifest{.config = describe(media_type::config, "{}")};
  world.registry.put_manifest("a", media_type::manifest, serialize(manifest), fallback);
  const auto before = world.registry.tag("a", fallback);
  CHECK(failure_of([&] { return world.store().place(referrer("sbom")); }).code() == Errc::invalid_document);
  CHECK(world.registry.tag("a", fallback) == before);
}

}  // namespace ocibuild::testing
