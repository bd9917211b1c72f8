// Taking a blob over from another repository of the registry (UP13).
#include <doctest/doctest.h>

#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

const Digest digest = Digest::of("content");

/// A registry whose repository `b` has the blob.
struct MountWorld : World {
  explicit MountWorld(WorldOptions options = {}) : World{std::move(options)} { registry.put_blob("b", "content"); }

  BlobOutcome place(const std::vector<std::string>& sources = {"b"}) {
    return store("a").place(blob_of("content"), sources);
  }
};

}  // namespace

TEST_CASE("UP13: a mount that is granted sends nothing") {
  MountWorld world;
  CHECK(world.place() == BlobOutcome::mounted);
  CHECK(world.story() == "HEAD 404, POST 201");
  CHECK(world.lines().at(1) == fmt::format("POST /v2/a/blobs/uploads/?mount=sha256%3A{}&from=b 201", digest.encoded()));
  CHECK(world.registry.blob("a", digest) == "content");
}

TEST_CASE("UP13: a session that is opened instead of a mount is used") {
  MountWorld world{{.registry = {.mount_status = 202}}};
  CHECK(world.place({"b", "c"}) == BlobOutcome::uploaded);
  CHECK(world.story() == "HEAD 404, POST 202, PUT 201");
  CHECK(world.registry.open_uploads() == 0);
}

TEST_CASE("UP13: a mount that is refused is followed by an upload") {
  for (const int code : {400, 401, 403, 404, 405, 409}) {
    CAPTURE(code);
    MountWorld world{{.registry = {.mount_status = code}}};
    CHECK(world.place() == BlobOutcome::uploaded);
    CHECK(world.story() == fmt::format("HEAD 404, POST {}, POST 202, PUT 201", code));
    CHECK(world.registry.blob("a", digest) == "content");
    CHECK(world.waits.empty());
  }
}

TEST_CASE("UP13: a mount that fails is followed by an upload after a wait") {
  MountWorld world;
  world.faults.add({.method = "POST", .fault = status(500)});
  CHECK(world.place() == BlobOutcome::uploaded);
  CHECK(world.story() == "HEAD 404, POST 500, HEAD 404, POST 202, PUT 201");
}

TEST_CASE("UP13: a mount whose answer was lost is found") {
  MountWorld world;
  world.faults.add({.method = "POST", .fault = lost_answer()});
  CHECK(world.place() == BlobOutcome::present);
  CHECK(world.story() == "HEAD 404, POST 0, HEAD 200");
}

TEST_CASE("UP13: a source that may not be read costs one refused mount, not one for each blob") {
  const AuthOptions auth{.scheme = AuthScheme::bearer, .repositories = {"a"}, .grants = Grants::all_or_nothing};
  MountWorld world{{.registry = {.auth = auth}, .client = {.credentials = known_user()}}};
  RegistryStore store = world.store("a");
  for (const char* content : {"content", "more", "and more"}) {
    CHECK(store.place(blob_of(content), {"b"}) == BlobOutcome::uploaded);
  }
  CHECK(world.count("POST", "mount=") <= 2);
  CHECK(world.count("GET", "/token") <= 5);
}

TEST_CASE("a mount asks for a token that may also pull from the source, with the target in front") {
  MountWorld world{{.registry = {.auth = {.scheme = AuthScheme::bearer}}, .client = {.credentials = known_user()}}};
  CHECK(world.place() == BlobOutcome::mounted);
  CHECK(world.count("GET", "scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Ab%3Apull&") == 1);
}

}  // namespace ocibuild::testing
