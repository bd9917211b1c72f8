// Manifests and their digests, as a registry confirms, denies or mistakes them (UP16, UP17, AT07).
#include <doctest/doctest.h>

#include "ocibuild/registry/release.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

const Blob empty_index = memory_blob(media_type::index, serialize(Index{}));

WorldOptions with_digests(DigestHeader header) {
  return {.registry = {.digest_header = header}};
}

/// A source of as many spaces as a document is said to have.
Blob huge_document(std::size_t size) {
  return memory_blob(media_type::index, std::string(size, ' '));
}

}  // namespace

TEST_CASE("UP16: a registry that stored something else is not believed, for a blob and for a manifest") {
  for (const Blob& blob : {blob_of("content"), empty_index}) {
    World world{with_digests(DigestHeader::wrong)};
    RegistryStore store = world.store();
    const Error error = failure_of([&] { return store.place(blob); });
    CHECK(error.code() == Errc::digest_mismatch);
    CHECK(says(error, Digest::of("something else").string()));
    CHECK(says(error, blob.descriptor.digest.string()));
    CHECK(world.waits.empty());
  }
}

TEST_CASE("UP16: a registry that does not say what it stored is asked") {
  for (const DigestHeader header : {DigestHeader::absent, DigestHeader::malformed}) {
    World world{with_digests(header)};
    RegistryStore store = world.store();
    CHECK(store.place(blob_of("content")) == BlobOutcome::uploaded);
    CHECK(world.story() == "HEAD 404, POST 202, PUT 201, HEAD 200");
    world.transport.journal().clear();
    CHECK(store.place(empty_index) == BlobOutcome::uploaded);
    CHECK(world.story() == "HEAD 404, PUT 201, HEAD 200, GET 200");
  }
}

TEST_CASE("UP16: success with another status is confirmed, for a blob and for a manifest") {
  for (const int code : {200, 202, 204}) {
    CAPTURE(code);
    World world{{.registry = {.put_status = code}}};
    RegistryStore store = world.store();
    CHECK(store.place(blob_of("content")) == BlobOutcome::uploaded);
    CHECK(world.story() == fmt::format("HEAD 404, POST 202, PUT {}, HEAD 200", code));
  }
}

TEST_CASE("UP16: a blob that was taken and is not there is sent again, and then an error") {
  World world;
  world.faults.add({.method = "PUT", .times = FaultRule::always, .fault = status(202)});
  RegistryStore store = world.store();
  const Error error = failure_of([&] { return store.place(blob_of("content")); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "the registry took the blob, but does not have it"));
  CHECK(any_says(error.notes(), "tried 5 times"));
}

TEST_CASE("UP17: a manifest one byte over the limit is refused before anything is sent") {
  World world;
  MemoryStore from;
  const Blob document = huge_document(max_manifest_size + 1);
  from.put(document);
  Release release{world.client, {{Reference::parse("r.test/a"), {"latest"}}}};
  const Error error = failure_of([&] { return release.publish(from, {document.descriptor}); });
  CHECK(error.code() == Errc::invalid_document);
  RegistryStore store = world.store();
  CHECK(failure_of([&] { return store.place(document); }).code() == Errc::invalid_document);
  CHECK(world.count("POST") + world.count("PUT") == 0);
}

TEST_CASE("a document that is not what its descriptor says is not sent") {
  World world;
  RegistryStore store = world.store();
  const Blob lie{.descriptor = empty_index.descriptor,
                 .open = [] { return std::make_unique<MemorySource>(R"({"schemaVersion":2,"manifests":{}})"); }};
  CHECK(failure_of([&] { return store.place(lie); }).code() == Errc::digest_mismatch);
  CHECK(world.count("PUT") == 0);
}

TEST_CASE("AT07: a digest that is none is refused before any request") {
  World world;
  const RegistryStore store = world.store();
  for (const std::string& text :
       {std::string{"sha256:../../x"}, std::string{"sha256:abc"}, "sha256:" + std::string(64, 'A'),
        "sha256:" + std::string(1 << 20, 'a'), std::string{":"}, "SHA256:" + std::string(64, 'a')}) {
    CHECK(failure_of([&] { return store.resolve(text); }).code() == Errc::invalid_document);
  }
  for (const char* name : {"", "../x", "a/b", "a b", "-a", "\xc3\xa9"}) CHECK_FALSE(store.resolve(name));
  CHECK(world.lines().empty());
}

TEST_CASE("AT07: digests that a registry makes up never get into a request") {
  World world{with_digests(DigestHeader::malformed)};
  world.registry.put_manifest("a", media_type::index, serialize(Index{}), "v1");
  const RegistryStore store = world.store();
  const auto found = store.resolve("v1");
  REQUIRE(found);
  CHECK(found->digest == empty_index.descriptor.digest);
  const std::string child = R"({"schemaVersion":2,"manifests":[{"mediaType":")" + std::string{media_type::manifest} +
                            R"(","digest":"sha256:../../x","size":1}]})";
  world.registry.put_manifest("a", media_type::index, child, "v2");
  const auto bad = store.resolve("v2");
  REQUIRE(bad);
  CHECK(failure_of([&] { return walk(store, *bad, [](const Descriptor&, std::string_view) {}), 0; }).code() ==
        Errc::invalid_document);
  CHECK(world.count("", "..") == 0);
}

TEST_CASE("a manifest can be found where HEAD is not known") {
  for (const int code : {405, 403, 400}) {
    World world{{.registry = {.head_manifest_status = code}}};
    world.registry.put_manifest("a", media_type::index, serialize(Index{}), "v1");
    const RegistryStore store = world.store();
    CHECK(store.resolve("v1") == empty_index.descriptor);
    CHECK(store.contains(empty_index.descriptor));
    CHECK_FALSE(store.resolve("v2"));
  }
}

TEST_CASE("a registry that names another digest than was asked for is not believed") {
  World world{with_digests(DigestHeader::wrong)};
  world.registry.put_manifest("a", media_type::index, serialize(Index{}));
  const RegistryStore store = world.store();
  const Error error = failure_of([&] { return store.resolve(empty_index.descriptor.digest.string()); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, empty_index.descriptor.digest.string()));
  CHECK(says(error, Digest::of("something else").string()));
}

}  // namespace ocibuild::testing
