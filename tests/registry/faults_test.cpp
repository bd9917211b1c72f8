#include <doctest/doctest.h>

#include <regex>

#include "registry/ask.hpp"
#include "support/registry/faults.hpp"

namespace ocibuild::testing {

TEST_CASE("a rule befalls what it matches, after some and for some times") {
  Faults faults{{{.method = "PUT", .target = "/blobs/", .skip = 1, .times = 2, .fault = status(503)}}};
  CHECK_FALSE(faults.next("GET", "/v2/a/blobs/x"));
  CHECK_FALSE(faults.next("PUT", "/v2/a/manifests/x"));
  CHECK_FALSE(faults.next("PUT", "/v2/a/blobs/x"));
  CHECK(faults.next("PUT", "/v2/a/blobs/x")->answer.status == 503);
  CHECK(faults.next("PUT", "/v2/a/blobs/x"));
  CHECK_FALSE(faults.next("PUT", "/v2/a/blobs/x"));
  CHECK(faults.fired() == 2);
}

TEST_CASE("rules are tried in order, and may go on for ever or by a pattern") {
  Faults faults;
  faults.add({.pattern = "^/v2/[a-z]+/tags", .fault = status(500)});
  faults.add({.times = FaultRule::always, .fault = lost_answer()});
  CHECK(faults.next("GET", "/v2/a/tags/list")->kind == FaultKind::status);
  for (int i = 0; i < 10; ++i) CHECK(faults.next("GET", "/v2/a/tags/list")->kind == FaultKind::close);
  faults.replace({});
  CHECK_FALSE(faults.next("GET", "/v2/a/tags/list"));
  CHECK_THROWS_AS(faults.replace({{.pattern = "("}}), std::regex_error);
}

TEST_CASE("chance is the same for the same seed, and as frequent as asked for") {
  const auto history = [](std::uint64_t seed) {
    Faults faults;
    faults.replace({}, RandomFaults{.seed = seed, .probability = 0.2, .faults = {status(503), lost_answer()}});
    std::string result;
    for (int i = 0; i < 1000; ++i) {
      const auto fault = faults.next("GET", "/");
      result += !fault ? '.' : fault->kind == FaultKind::status ? 's' : 'c';
    }
    return result;
  };
  CHECK(history(1) == history(1));
  CHECK(history(1) != history(2));
  const std::string one = history(1);
  const auto statuses = std::count(one.begin(), one.end(), 's');
  const auto closes = std::count(one.begin(), one.end(), 'c');
  CHECK(statuses + closes > 150);
  CHECK(statuses + closes < 250);
  CHECK(statuses > 60);
  CHECK(closes > 60);
}

TEST_CASE("a fault keeps the request from the registry, or only the answer from the client") {
  MemoryRegistry registry;
  const auto post = [&](const Fault& fault) {
    return exchange(registry, {.method = "POST", .target = "/v2/a/blobs/uploads/"}, fault);
  };
  CHECK(post(status(429, {{"Retry-After", "1"}}))->status == 429);
  CHECK_FALSE(post(reset_at(FaultPoint::head)));
  CHECK_FALSE(post(stall_at(FaultPoint::request)));
  CHECK(registry.open_uploads() == 0);
  CHECK_FALSE(post(lost_answer()));
  CHECK(post(status_after(504))->status == 504);
  CHECK(post(close_at(FaultPoint::response))->status == 202);
  CHECK(registry.open_uploads() == 3);
  std::vector<std::string> faults;
  for (const JournalEntry& entry : registry.journal().entries()) faults.push_back(entry.fault);
  CHECK(faults == std::vector<std::string>{"status 429", "reset at head", "stall at request", "close at answer",
                                           "status after 504", "close at response"});
}

TEST_CASE("a failed request ends a session of the kind that dies") {
  MemoryRegistry registry{{.sessions_die = true}};
  const std::string session = header(ask(registry, "POST", "/v2/a/blobs/uploads/"), "Location");
  exchange(registry, {.method = "PUT", .target = session, .body = "x"}, status(503));
  CHECK(is_error(ask(registry, "GET", session), 404, "BLOB_UPLOAD_UNKNOWN"));
}

}  // namespace ocibuild::testing
