// What is lost on the way is sent again, and nothing else is (UP01, UP02, UP03).
#include <doctest/doctest.h>

#include "ocibuild/spec/manifest.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

const std::string content = "the content of a blob";

/// Where a connection may end, as often as the journey of a request has stages.
std::vector<Fault> ends() {
  std::vector<Fault> faults;
  for (const FaultPoint point : {FaultPoint::head, FaultPoint::request, FaultPoint::answer, FaultPoint::response}) {
    for (const std::uint64_t bytes : {0, 5}) {
      faults.push_back(close_at(point, bytes));
      faults.push_back(reset_at(point, bytes));
      faults.push_back(stall_at(point, bytes));
    }
  }
  return faults;
}

struct Stage {
  std::string method;
  std::string target;
  int put_refusal = 0;  ///< 413: blobs come by PATCH
};

const std::vector<Stage> stages{{"HEAD", "/blobs/sha256:"},
                                {"POST", "/blobs/uploads/"},
                                {"PUT", "/blobs/uploads/"},
                                {"PATCH", "/blobs/uploads/", 413},
                                {"PUT", "digest=", 413}};

}  // namespace

TEST_CASE("UP01: a connection that ends once, at any stage of any request, costs a retry and no content") {
  for (const Stage& stage : stages) {
    for (const Fault& fault : ends()) {
      CAPTURE(stage.method);
      CAPTURE(to_string(fault));
      World world{{.registry = {.put_refusal = stage.put_refusal}}};
      world.faults.add({.method = stage.method, .target = stage.target, .fault = fault});
      RegistryStore store = world.store();
      CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
      CHECK(world.faults.fired() == 1);
      CHECK(world.registry.blob("a", Digest::of(content)) == content);
      CHECK(world.client.retries() <= 1);
    }
  }
}

TEST_CASE("UP01: a connection that always ends is an error with method, address and number of attempts") {
  for (const Stage& stage : stages) {
    for (const Fault& fault : {reset_at(FaultPoint::head), close_at(FaultPoint::request, 5)}) {
      CAPTURE(stage.method);
      World world{{.registry = {.put_refusal = stage.put_refusal}}};
      world.faults.add({.method = stage.method, .target = stage.target, .times = FaultRule::always, .fault = fault});
      RegistryStore store = world.store();
      const Error error = failure_of([&] { return store.place(blob_of(content)); });
      CHECK(error.code() == Errc::unavailable);
      CHECK(any_says(error.notes(), "asked: " + stage.method + " https://r.test/v2/a/blobs/"));
      CHECK(any_says(error.notes(), "tried 5 times"));
      CHECK(world.waits.size() == 4);
    }
  }
}

TEST_CASE("UP01: the address in an error is without the state of the session") {
  World world{{.registry = docker_registry_options()}};
  world.faults.add({.method = "PUT", .times = FaultRule::always, .fault = status(502)});
  RegistryStore store = world.store();
  const std::string text = shown(failure_of([&] { return store.place(blob_of(content)); }));
  CHECK(text.find("_state=...") != std::string::npos);
  CHECK(text.find("%3D%3D") == std::string::npos);
}

TEST_CASE("UP01: a manifest gets there over connections that end") {
  for (const Fault& fault : ends()) {
    CAPTURE(to_string(fault));
    World world;
    RegistryStore store = world.store();
    world.faults.add({.method = "PUT", .target = "/manifests/", .fault = fault});
    const Blob index = memory_blob(media_type::index, serialize(Index{}));
    store.put(index);
    store.tag(index.descriptor, "v1");
    CHECK(world.registry.tag("a", "v1") == index.descriptor.digest);
  }
}

TEST_CASE("UP01: content that cannot be read is no fault of the registry it goes to, and not read in circles") {
  World world;
  MemoryRegistry base;
  Faults broken{{{.method = "GET", .fault = reset_at(FaultPoint::response, 5)},
                 {.method = "GET", .times = FaultRule::always, .fault = reset_at(FaultPoint::head)}}};
  base.put_blob("base", content);
  world.transport.route("https://base.test", base, broken);
  const RegistryStore from{world.client, "base.test", "base"};
  RegistryStore to = world.store();
  Blob blob = blob_of(content);
  blob.open = [&] { return from.open(blob.descriptor); };
  const Error error = failure_of([&] { return to.place(blob); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(any_says(error.notes(), "asked: GET https://base.test/v2/base/blobs/"));
  CHECK(world.count("POST") == 1);
  CHECK(world.count("GET") == 5);
}

TEST_CASE("UP02: an upload whose answer was lost is found, and nothing is sent again") {
  World world;
  world.faults.add({.method = "PUT", .fault = lost_answer()});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
  CHECK(world.count("HEAD") == 2);
  CHECK(world.count("POST") == 1);
  CHECK(world.count("PUT") == 1);
  CHECK(world.lines().back() == "HEAD /v2/a/blobs/" + Digest::of(content).string() + " 200");
}

TEST_CASE("UP02: a proxy that gives up while the registry goes on costs a question") {
  World world;
  world.faults.add({.method = "PUT", .fault = status_after(504)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
  CHECK(world.count("PUT") == 1);
}

TEST_CASE("UP03: statuses that say nothing about the request are tried again, once or three times") {
  for (const int code : {408, 425, 429, 499, 500, 502, 503, 504, 520, 522, 524}) {
    for (const std::size_t times : {1, 3}) {
      for (const Stage& stage : stages) {
        CAPTURE(code);
        CAPTURE(stage.method);
        World world{{.registry = {.put_refusal = stage.put_refusal}}};
        world.faults.add({.method = stage.method, .target = stage.target, .times = times, .fault = status(code)});
        RegistryStore store = world.store();
        CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
        CHECK(world.registry.blob("a", Digest::of(content)) == content);
        CHECK(world.client.retries() == times);
      }
    }
  }
}

TEST_CASE("UP26: what a killed registry left half-written, and answers 500 for, is sent anew") {
  for (const Blob& blob : {blob_of(content), memory_blob(media_type::index, serialize(Index{}))}) {
    World world;
    world.faults.add({.method = "HEAD", .times = FaultRule::always, .fault = status(500)});
    RegistryStore store = world.store();
    CHECK(store.place(blob) == BlobOutcome::uploaded);
    CHECK(world.count("HEAD") == 3);
    CHECK(world.count("PUT") == 1);
    store.forget(blob.descriptor);
    CHECK(failure_of([&] { return store.contains(blob.descriptor); }).code() == Errc::unavailable);
  }
}

TEST_CASE("UP26: the same when the registry had to be waited for, and few attempts are left for its 500") {
  World world;
  world.faults.add({.method = "HEAD", .times = 3, .fault = status(503)});
  world.faults.add({.method = "HEAD", .times = FaultRule::always, .fault = status(500)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
  CHECK(world.count("HEAD") == 5);
  CHECK(world.count("PUT") == 1);
}

TEST_CASE("a redirect to a storage says that the blob is there, one of everything to elsewhere does not") {
  const std::string digest = Digest::of(content).string();
  const std::string hex = digest.substr(7);
  const std::vector<std::pair<std::string, BlobOutcome>> locations{
      {"https://storage.test/blobs/" + digest + "?signature=x", BlobOutcome::present},
      {"https://s3.test/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data",
       BlobOutcome::present},
      {"https://mirror.test/v2/a/blobs/" + digest, BlobOutcome::uploaded},
      {"https://login.test/?from=here", BlobOutcome::uploaded},
      {"/login", BlobOutcome::uploaded}};
  for (const auto& [location, outcome] : locations) {
    CAPTURE(location);
    World world;
    world.faults.add({.method = "HEAD", .times = FaultRule::always, .fault = status(307, {{"Location", location}})});
    CHECK(world.store().place(blob_of(content)) == outcome);
  }
}

TEST_CASE("a registry that is down for a while is asked until it answers, and nothing is sent in vain") {
  World world;
  world.registry.put_blob("a", content);
  world.faults.add({.method = "HEAD", .times = 4, .fault = status(503)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(content)) == BlobOutcome::present);
  CHECK(world.count("POST") == 0);
}

TEST_CASE("UP03: a refusal is final at once, with the code it deserves") {
  const std::vector<std::pair<int, Errc>> refusals{
      {400, Errc::unavailable}, {401, Errc::unauthorized}, {403, Errc::denied},     {404, Errc::not_found},
      {405, Errc::unavailable}, {409, Errc::unavailable},  {413, Errc::unavailable}};
  for (const auto& [code, expected] : refusals) {
    CAPTURE(code);
    World world;
    world.faults.add({.method = "POST", .times = FaultRule::always, .fault = status(code)});
    RegistryStore store = world.store();
    const Error error = failure_of([&] { return store.place(blob_of(content)); });
    CHECK(error.code() == expected);
    CHECK(says(error, std::to_string(code)));
    CHECK(any_says(error.notes(), "asked: POST https://r.test/v2/a/blobs/uploads/"));
    CHECK(world.count("POST") == 1);
    CHECK(world.waits.empty());
  }
}

TEST_CASE("a front that leads uploads to a login is an error that says where that is, without secrets") {
  for (const int code : {302, 307}) {
    World world;
    const Headers headers{{"Location", "https://sso.test/login?next=secret"}};
    world.faults.add({.method = "POST", .fault = status(code, headers)});
    RegistryStore store = world.store();
    const Error error = failure_of([&] { return store.place(blob_of(content)); });
    CHECK(any_says(error.notes(), "it leads to https://sso.test/login?next=..., which is not followed"));
    CHECK_FALSE(world.left_home());
  }
}

TEST_CASE("UP03: a manifest that is refused is not sent again") {
  for (const int code : {400, 401, 403, 404, 405, 409, 413}) {
    CAPTURE(code);
    World world;
    world.faults.add({.method = "PUT", .times = FaultRule::always, .fault = status(code)});
    RegistryStore store = world.store();
    failure_of([&] { return store.place(memory_blob(media_type::index, serialize(Index{}))); });
    CHECK(world.count("PUT") == 1);
    CHECK(world.waits.empty());
  }
}

}  // namespace ocibuild::testing
