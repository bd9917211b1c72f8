// Where an upload goes on: the registry says it, within limits (UP10, AT05).
#include <doctest/doctest.h>

#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

const Digest digest = Digest::of("content");

FaultRule send_to(const std::string& location) {
  return {.method = "POST", .fault = status(202, {{"Location", location}})};
}

/// The place of a session that is really open.
std::string open_session(World& world) {
  const ServerResponse answer = world.registry.answer({.method = "POST", .target = "/v2/a/blobs/uploads/"});
  return answer.headers.first("Location").value();
}

BlobOutcome place(World& world) {
  return world.store().place(blob_of("content"));
}

}  // namespace

TEST_CASE("UP10: every style of Location is followed, its query byte for byte") {
  for (const LocationStyle style : {LocationStyle::relative, LocationStyle::absolute, LocationStyle::state,
                                    LocationStyle::ghcr, LocationStyle::schemeless}) {
    CAPTURE(static_cast<int>(style));
    World world{{.registry = {.location = style}}};
    CHECK(place(world) == BlobOutcome::uploaded);
    CHECK(world.registry.blob("a", digest) == "content");
    CHECK(world.waits.empty());
  }
}

TEST_CASE("UP10: a Location may spell the same origin differently, or hang on a fragment") {
  for (const std::string before : {"https://r.test", "https://r.test:443", "HTTPS://R.TEST", "http://r.test",
                                   "http://r.test:80", "//r.test", "r.test"}) {
    for (const std::string after : {"", "#fragment"}) {
      CAPTURE(before);
      World world;
      world.faults.add(send_to(before + open_session(world) + after));
      CHECK(place(world) == BlobOutcome::uploaded);
      CHECK_FALSE(world.left_home());
    }
  }
}

TEST_CASE("UP10: a relative Location counts from where the question went") {
  World world;
  const std::string session = open_session(world);
  world.faults.add(send_to(session.substr(session.rfind('/') + 1)));
  CHECK(place(world) == BlobOutcome::uploaded);
}

TEST_CASE("UP10: a missing, empty or unusable Location is an error at once, with the question") {
  for (const char* location : {"", "ftp://r.test/x", "https://user:pass@r.test/x", "https://r.test:99999/x", "a b"}) {
    CAPTURE(location);
    World world;
    world.faults.add(send_to(location));
    const Error error = failure_of([&] { return place(world); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(any_says(error.notes(), "asked: POST https://r.test/v2/a/blobs/uploads/"));
    CHECK(world.waits.empty());
    CHECK(world.count("PUT") == 0);
  }
  World world{{.registry = {.location = LocationStyle::missing}}};
  CHECK(says(failure_of([&] { return place(world); }), "202 without a Location"));
}

TEST_CASE("AT05: an upload that goes on at another host carries no Authorization there") {
  World world{{.registry = {.auth = {.scheme = AuthScheme::bearer}}, .client = {.credentials = known_user()}}};
  MemoryRegistry storage;
  Faults stored{{{.method = "PUT", .fault = status(201, {{"Docker-Content-Digest", digest.string()}})}}};
  world.transport.route("https://storage.test", storage, stored);
  world.faults.add({.method = "POST", .skip = 1, .fault = status(202, {{"Location", "https://storage.test/x?sig=1"}})});
  world.faults.add({.method = "POST", .fault = status(202, {{"Location", "https://storage.test/x?sig=1"}})});
  CHECK(place(world) == BlobOutcome::uploaded);
  bool was_there = false;
  for (const JournalEntry& entry : world.transport.journal().entries()) {
    if (entry.origin == "https://r.test") continue;
    was_there = true;
    CHECK_FALSE(entry.headers.first("Authorization"));
    CHECK(entry.target == fmt::format("/x?sig=1&digest=sha256%3A{}", digest.encoded()));
  }
  CHECK(was_there);
}

TEST_CASE("AT05: a public registry sends nobody to a private address or down to plain http") {
  for (const char* location :
       {"https://10.0.0.1/x", "https://169.254.169.254/latest", "https://localhost/x", "https://[::1]/x",
        "https://0x7f000001/x", "https://192.168.1.1:8443/x", "https://[::ffff:10.0.0.1]/x", "http://storage.test/x",
        "https://[fd00::1]/x", "http://r.test:8080/x", "https://metadata.localhost/x"}) {
    CAPTURE(location);
    World world;
    world.faults.add(send_to(location));
    const Error error = failure_of([&] { return place(world); });
    CHECK(error.code() == Errc::denied);
    CHECK_FALSE(world.left_home());
    CHECK(world.count("PUT") == 0);
  }
}

TEST_CASE("AT05: a registry on a private address may send on to another one") {
  World world{{.host = "10.1.1.1"}};
  world.transport.route("https://10.2.2.2", world.registry);
  RegistryOptions options = world.registry.options();
  options.location = LocationStyle::absolute;
  options.location_origin = "https://10.2.2.2";
  world.registry.configure(options);
  CHECK(place(world) == BlobOutcome::uploaded);
}

}  // namespace ocibuild::testing
