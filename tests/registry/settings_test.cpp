#include <doctest/doctest.h>

#include "support/failure.hpp"
#include "support/registry/settings.hpp"

namespace ocibuild::testing {

TEST_CASE("options come from JSON by the names of their fields") {
  const ServerSettings settings = parse_server_settings(R"({"port": 5000, "options": {
      "location": "state", "mount_status": 405, "referrers": false, "content_range_limit": 10,
      "auth": {"scheme": "bearer", "username": "me", "repositories": ["a"], "expires_in": null, "lifetime": 1500}}})");
  CHECK(settings.port == 5000);
  CHECK(settings.options.location == LocationStyle::state);
  CHECK(settings.options.mount_status == 405);
  CHECK_FALSE(settings.options.referrers);
  CHECK(settings.options.content_range_limit == 10);
  CHECK(settings.options.auth.scheme == AuthScheme::bearer);
  CHECK(settings.options.auth.username == "me");
  CHECK(settings.options.auth.repositories == std::vector<std::string>{"a"});
  CHECK_FALSE(settings.options.auth.expires_in);
  CHECK(settings.options.auth.lifetime == std::chrono::milliseconds{1500});
}

TEST_CASE("options start from a registry that exists") {
  const RegistryOptions options = parse_options(R"({"like": "ghcr", "referrers": true, "auth": {"username": "me"}})");
  CHECK(options.location == LocationStyle::ghcr);
  CHECK(options.referrers);
  CHECK(options.auth.username == "me");
  CHECK(options.auth.stale_status == 403);
  CHECK(parse_options(R"({"like": "docker-registry"})").single_post_status == 202);
  CHECK(parse_options("").location == LocationStyle::relative);
}

TEST_CASE("faults come from JSON as rules and by chance") {
  const FaultSettings settings = parse_fault_settings(R"({"seed": 7, "faults": [
      {"method": "PUT", "target": "/manifests/", "skip": 1, "times": "always", "do": "status", "status": 429,
       "headers": {"Retry-After": "1"}, "body": "wait", "body_size": 6},
      {"pattern": "^/v2/a", "do": "reset", "at": "request", "bytes": 5},
      {"do": "lose"}, {"do": "stall"}, {"do": "wrong_length", "difference": -2},
      {"do": "trickle", "bytes": 1, "pause": 20}, {"do": "status", "status": 500, "body_base64": "/w=="}],
      "random": {"probability": 0.5, "target": "/v2/", "faults": [{"do": "close"}]}})");
  REQUIRE(settings.rules.size() == 7);
  CHECK(settings.rules[0].times == FaultRule::always);
  CHECK(settings.rules[0].fault.answer.headers.first("retry-after") == "1");
  CHECK(settings.rules[0].fault.answer.body == "waitxx");
  CHECK(to_string(settings.rules[1].fault) == "reset at request");
  CHECK(settings.rules[1].fault.bytes == 5);
  CHECK(to_string(settings.rules[2].fault) == "close at answer");
  CHECK(to_string(settings.rules[3].fault) == "stall at head");
  CHECK(settings.rules[4].fault.difference == -2);
  CHECK(settings.rules[5].fault.pause == std::chrono::milliseconds{20});
  CHECK(settings.rules[6].fault.answer.body == "\xff");
  REQUIRE(settings.random);
  CHECK(settings.random->seed == 7);
  CHECK(settings.random->faults.size() == 1);
}

TEST_CASE("settings that nobody understands are refused") {
  for (const char* text :
       {"{", "[]", R"({"option": {}})", R"({"options": {"locations": "state"}})", R"({"options": {"location": "x"}})",
        R"({"options": {"mount_status": "x"}})", R"({"options": {"like": "x"}})", R"({"options": {"auth": []}})",
        R"({"faults": {}})", R"({"faults": [{}]})", R"({"faults": [{"do": "nothing"}]})",
        R"({"faults": [{"do": "close", "stats": 1}]})", R"({"faults": [{"do": "close", "pattern": "("}]})",
        R"({"faults": [{"do": "status", "body_base64": "?"}]})", R"({"random": {"probability": 1}})"}) {
    CAPTURE(text);
    CHECK(failure_of([&] { return parse_server_settings(text); }).code() == Errc::invalid_document);
  }
}

}  // namespace ocibuild::testing
