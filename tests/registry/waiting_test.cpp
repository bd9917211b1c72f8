// How long is waited, and who is told (UP04, UP05).
#include <doctest/doctest.h>

#include "ocibuild/spec/media_type.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

using std::chrono::milliseconds;

/// The first wait that this answer to a POST causes. The clock's chance is one half.
std::string wait_after(int code, const Headers& headers, const std::string& body = "") {
  World world;
  world.faults.add({.method = "POST", .fault = status(code, headers, body)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("x")) == BlobOutcome::uploaded);
  REQUIRE(world.waits.size() == 1);
  CHECK(world.clock.waits().size() == 1);
  return world.waits[0].substr(0, world.waits[0].find(':'));
}

std::string limit(const std::string& message) {
  return R"({"errors":[{"code":"TOOMANYREQUESTS","message":")" + message + R"("}]})";
}

constexpr std::string_view secondary =
    R"({"errors":[{"code":"DENIED","message":"You have exceeded a secondary rate limit. Please wait a few minutes"}]})";

}  // namespace

TEST_CASE("UP04: a server that asks for seconds gets them, and a little chance on top") {
  for (const int code : {429, 503}) CHECK(wait_after(code, {{"Retry-After", "7"}}) == "r.test 7500 ms asked");
  CHECK(wait_after(503, {{"Retry-After", "0"}}) == "r.test 500 ms asked");
}

TEST_CASE("UP04: a server that asks for a date gets the time until then") {
  CHECK(wait_after(429, {{"Retry-After", "Tue, 14 Nov 2023 22:13:41 GMT"}}) == "r.test 20500 ms asked");
  CHECK(wait_after(503, {{"Retry-After", "Mon, 13 Nov 2023 22:13:41 GMT"}}) == "r.test 500 ms asked");
}

TEST_CASE("UP04: what nobody can read is not asked for") {
  for (const char* garbage : {"soon", "-5", "1e3", "", "7 seconds", "\xff\xfe"}) {
    CAPTURE(garbage);
    CHECK(wait_after(503, {{"Retry-After", garbage}}) == "r.test 500 ms");
    CHECK(wait_after(429, {{"Retry-After", garbage}}) == "r.test 1500 ms asked");
  }
}

TEST_CASE("UP04: more than five minutes are not waited at a time") {
  for (const char* huge : {"86400", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    CAPTURE(huge);
    CHECK(wait_after(429, {{"Retry-After", huge}}) == "r.test 300500 ms asked");
  }
}

TEST_CASE("UP04: GHCR asks by a duration in its message") {
  CHECK(wait_after(429, {}, limit("retry-after: 1m30.5s, allowed: 2000/minute")) == "r.test 91000 ms asked");
  CHECK(wait_after(429, {}, limit("retry-after: 999999h, allowed: 2000/minute")) == "r.test 300500 ms asked");
}

TEST_CASE("UP04: a minute that is used up is not over after milliseconds, so waits grow") {
  World world;
  const Fault fault = status(429, {}, limit("retry-after: 10.305464ms, allowed: 2000/minute"));
  world.faults.add({.method = "POST", .times = 4, .fault = fault});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("x")) == BlobOutcome::uploaded);
  CHECK(world.clock.waits() ==
        std::vector<milliseconds>{milliseconds{1500}, milliseconds{2500}, milliseconds{4500}, milliseconds{8500}});
}

TEST_CASE("UP04: without a word from the server waits grow by chance up to half a minute") {
  World world{{.client = {.retry = {.attempts = 8}}}};
  world.faults.add({.method = "POST", .times = 7, .fault = status(503)});
  RegistryStore store = world.store();
  store.place(blob_of("x"));
  std::vector<milliseconds> expected;
  for (const int wait : {500, 1000, 2000, 4000, 8000, 15'000, 15'000}) expected.emplace_back(wait);
  CHECK(world.clock.waits() == expected);
}

TEST_CASE("UP04: whoever is told of a wait learns why") {
  World world;
  world.faults.add({.method = "POST", .fault = status(429, {{"Retry-After", "3"}}, limit("slow down"))});
  RegistryStore store = world.store();
  store.place(blob_of("x"));
  CHECK(world.waits == std::vector<std::string>{"r.test 3500 ms asked: 429 toomanyrequests: slow down"});
}

TEST_CASE("UP04: a rate limit holds for everything that goes to the host, and to no other") {
  const FakeClock time;
  Clock clock = time.clock();
  std::function<void()> meanwhile;
  clock.sleep = [&, sleep = clock.sleep](milliseconds wait) {
    if (auto work = std::exchange(meanwhile, {})) work();
    sleep(wait);
  };
  Retry retry{clock};
  meanwhile = [&] {
    retry.wait_for_turn("other.test");
    retry.wait_for_turn("r.test");
  };
  bool is_first = true;
  retry.run("r.test", [&] {
    if (std::exchange(is_first, false)) throw TransientError{"429", TransientCause::rate_limit, milliseconds{9000}};
  });
  CHECK(time.waits() == std::vector<milliseconds>{milliseconds{9500}, milliseconds{9500}});
}

TEST_CASE("UP05: GitHub's secondary limit is waited for, minutes long") {
  World world{{.host = "ghcr.io"}};
  world.faults.add({.method = "POST", .times = 2, .fault = status(403, {}, std::string{secondary})});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("x")) == BlobOutcome::uploaded);
  REQUIRE(world.waits.size() == 2);
  CHECK(world.waits[0].starts_with("ghcr.io 120000 ms asked: 403 denied: You have exceeded a secondary rate limit"));
  CHECK(world.waits[1].starts_with("ghcr.io 300000 ms asked"));
}

TEST_CASE("UP05: a secondary limit that stays is given up after the third try") {
  World world{{.host = "ghcr.io"}};
  world.faults.add({.method = "POST", .times = FaultRule::always, .fault = status(403, {}, std::string{secondary})});
  RegistryStore store = world.store();
  const Error error = failure_of([&] { return store.place(blob_of("x")); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(any_says(error.notes(), "tried 3 times"));
}

TEST_CASE("UP05: a package that may not be written is denied at once, with the permission that is missing") {
  World world{{.host = "ghcr.io"}};
  const std::string body = R"({"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]})";
  const Headers headers{{"x-github-request-id", "E1A2:123"}};
  world.faults.add({.method = "POST", .times = FaultRule::always, .fault = status(403, headers, body)});
  RegistryStore store = world.store();
  const Error error = failure_of([&] { return store.place(blob_of("x")); });
  CHECK(error.code() == Errc::denied);
  CHECK(says(error, "permission_denied: write_package"));
  CHECK(any_says(error.help(), "permissions: packages: write"));
  CHECK(any_says(error.notes(), "E1A2:123"));
  CHECK(world.waits.empty());
}

TEST_CASE("a request that was given up is not tried again by what is around it") {
  World world;
  world.faults.add({.method = "PUT", .target = "/manifests/", .times = FaultRule::always, .fault = status(503)});
  Retry outer{world.clock.clock()};
  RegistryStore store = world.store();
  const Blob index = memory_blob(media_type::index, R"({"schemaVersion":2,"manifests":[]})");
  failure_of([&] { return outer.run("r.test", [&] { return store.place(index); }); });
  CHECK(world.count("PUT") == 5);
  CHECK(outer.retries() == 0);
}

}  // namespace ocibuild::testing
