// Tokens and passwords: how they are got, shared and renewed (AU01, AU03).
#include <doctest/doctest.h>

#include "ocibuild/base/parallel.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

using namespace std::chrono_literals;

WorldOptions bearer(AuthOptions auth = {}) {
  auth.scheme = AuthScheme::bearer;
  return {.registry = {.auth = std::move(auth)}, .client = {.credentials = known_user()}};
}

FindCredential finder(const Credential& credential) {
  return [credential](std::string_view, std::string_view) { return credential; };
}

BlobOutcome place(World& world, const std::string& content = "content") {
  return world.store().place(blob_of(content));
}

const std::string realm = R"(realm="https://r.test/token")";
const std::string service = R"(service="registry.test")";

}  // namespace

TEST_CASE("AU01: odd but legal challenges are understood") {
  const std::vector<std::vector<std::string>> challenges{
      {"Bearer " + realm + "," + service},
      {"bearer Realm=\"https://r.test/token\" , SERVICE=registry.test"},
      {"BEARER " + service + ",scope=\"repository:a:pull,push repository:b:pull\"," + realm},
      {"Basic realm=\"x\", Bearer " + realm + "," + service},
      {"Bearer " + realm + "," + service + ", Basic realm=\"x, Bearer realm=\\\"https://evil.test\\\"\""},
      {"Negotiate", "NTLM", "Basic realm=\"x\"", "Bearer " + realm + "," + service},
      {"Bearer " + realm + ", , " + service + ","},
      {"Bearer realm=\"/token\"," + service},
      {"Bearer realm=\"https:\\/\\/r.test\\/token\"," + service}};
  for (const std::vector<std::string>& values : challenges) {
    CAPTURE(values.front());
    World world{bearer()};
    Headers headers;
    for (const std::string& value : values) headers.add("WWW-Authenticate", value);
    world.faults.add({.target = "/v2/", .fault = status(401, headers)});
    CHECK(place(world) == BlobOutcome::uploaded);
    CHECK(world.count("GET", "/token?service=registry.test&scope=repository%3Aa%3Apull%2Cpush&") == 1);
    CHECK_FALSE(world.left_home());
  }
}

TEST_CASE("a token server that is not there is not an image that is not there") {
  World world{bearer()};
  world.faults.add({.target = "/token", .times = FaultRule::always, .fault = status(404)});
  const Error error = failure_of([&] { return world.store().resolve("1"); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "getting a token from https://r.test"));
}

TEST_CASE("AU01: uploads at the same time share one token") {
  World world{bearer()};
  RegistryStore store = world.store();
  for_each_index(40, 8, [&](std::size_t i) { store.put(blob_of(std::to_string(i))); });
  CHECK(world.registry.blobs("a").size() == 40);
  CHECK(world.count("GET", "/token") == 1);
  CHECK(world.registry.issued_tokens().size() == 1);
}

TEST_CASE("AU01: uploads at the same time renew a stale token once") {
  World world{bearer()};
  RegistryStore store = world.store();
  store.put(blob_of("first"));
  world.registry.expire_tokens();
  for_each_index(40, 8, [&](std::size_t i) { store.put(blob_of(std::to_string(i))); });
  CHECK(world.count("GET", "/token") == 2);
}

TEST_CASE("AU01: each repository and each right has a token of its own") {
  World world{bearer()};
  world.store("a").put(blob_of("1"));
  world.store("b").put(blob_of("2"));
  world.store("a").put(blob_of("3"));
  world.store("a").contains(blob_of("4").descriptor);
  CHECK(world.count("GET", "scope=repository%3Aa%3Apull%2Cpush&") == 1);
  CHECK(world.count("GET", "scope=repository%3Ab%3Apull%2Cpush&") == 1);
  CHECK(world.count("GET", "scope=repository%3Aa%3Apull&") == 1);
  CHECK(world.count("GET", "/token") == 3);
}

TEST_CASE("AU03: a registry that always says 401 gets one new token for each request, then it is an error") {
  World world{bearer({.always_unauthorized = true})};
  RegistryStore store = world.store();
  for (int i = 1; i <= 2; ++i) {
    const Error error = failure_of([&] { return store.place(blob_of("content")); });
    CHECK(error.code() == Errc::unauthorized);
    CHECK(any_says(error.help(), "podman login r.test"));
    CHECK(world.count("GET", "/token") == static_cast<std::size_t>(i));
    CHECK(world.count("HEAD") == static_cast<std::size_t>(2 * i));
  }
  CHECK(world.waits.empty());
}

TEST_CASE("AU03: a token server that refuses is not asked in a loop, and its word is passed on") {
  WorldOptions options = bearer();
  options.client.credentials = finder({.username = "user", .password = "mistaken", .source = "the test"});
  World world{std::move(options)};
  const Error error = failure_of([&] { return place(world); });
  CHECK(error.code() == Errc::unauthorized);
  CHECK(says(error, "getting a token from https://r.test: 401 unauthorized: incorrect username or password"));
  CHECK(any_says(error.notes(), "the credential was taken from the test"));
  CHECK(world.count("GET", "/token") == 1);
}

TEST_CASE("AU03: whoever has no credential is told so") {
  World world{{.registry = {.auth = {.scheme = AuthScheme::bearer, .grants = Grants::all_or_nothing}}}};
  const Error error = failure_of([&] { return place(world); });
  CHECK(error.code() == Errc::denied);
  CHECK(any_says(error.notes(), "there was no credential for it, so the request was anonymous"));
}

TEST_CASE("a token server that fails for a moment is asked again") {
  for (const Fault& fault : {status(503), status(429, {{"Retry-After", "1"}}), lost_answer(),
                             reset_at(FaultPoint::head), reset_at(FaultPoint::response, 4)}) {
    World world{bearer()};
    world.faults.add({.target = "/token", .fault = fault});
    CHECK(place(world) == BlobOutcome::uploaded);
    CHECK(world.client.retries() == 1);
  }
}

TEST_CASE("a token server that asks to wait until a date is waited for until then") {
  World world{bearer()};
  world.faults.add({.target = "/token", .fault = status(503, {{"Retry-After", "Tue, 14 Nov 2023 22:13:41 GMT"}})});
  CHECK(place(world) == BlobOutcome::uploaded);
  CHECK(world.clock.waits() == std::vector<std::chrono::milliseconds>{20'500ms});
}

TEST_CASE("an answer of a token server that is no token is an error") {
  for (const std::string body : {"", "{}", "[]", "<html>", R"({"token":7})", R"({"token":""})", R"({"token":"a b"})",
                                 R"({"token":"a\r\nX-Evil: 1"})", R"({"token":"\u00e9"})"}) {
    CAPTURE(body);
    World world{bearer()};
    world.faults.add({.target = "/token", .times = FaultRule::always, .fault = status(200, {}, body)});
    const Error error = failure_of([&] { return place(world); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(says(error, "the token server's answer cannot be used"));
    CHECK(world.count("GET", "/token") == 1);
  }
}

TEST_CASE("an answer of a token server that is too large or never ends is an error") {
  World world{bearer({.token_padding = 1 << 20})};
  CHECK(failure_of([&] { return place(world); }).code() == Errc::unavailable);
  World endless_world{bearer()};
  endless_world.faults.add({.target = "/token", .times = FaultRule::always, .fault = endless()});
  CHECK(failure_of([&] { return place(endless_world); }).code() == Errc::unavailable);
}

TEST_CASE("a token that expires in mid-upload is renewed, and the content sent again") {
  World world{bearer({.uses = 1})};
  const std::string content(1 << 20, 'x');
  CHECK(place(world, content) == BlobOutcome::uploaded);
  CHECK(world.registry.blob("a", Digest::of(content)) == content);
  CHECK(world.story() == "HEAD 401, GET 200, HEAD 404, POST 401, GET 200, POST 202, PUT 401, GET 200, PUT 201");
  CHECK(world.waits.empty());
}

TEST_CASE("a token is renewed before it expires") {
  World world{bearer({.expires_in = 300, .lifetime = 300s})};
  RegistryStore store = world.store();
  store.put(blob_of("1"));
  world.clock.advance(280s);
  store.put(blob_of("2"));
  CHECK(world.count("GET", "/token") == 1);
  world.clock.advance(15s);
  store.put(blob_of("3"));
  CHECK(world.count("GET", "/token") == 2);
  CHECK(world.count("", "/v2/") == world.registry.journal().count("", "/v2/"));
}

TEST_CASE("Basic goes to whom it is for, with every request") {
  World world{{.registry = {.auth = {.scheme = AuthScheme::basic}}, .client = {.credentials = known_user()}}};
  CHECK(place(world) == BlobOutcome::uploaded);
  CHECK(world.story() == "HEAD 401, HEAD 404, POST 202, PUT 201");
  World stranger{{.registry = {.auth = {.scheme = AuthScheme::basic}}}};
  CHECK(failure_of([&] { return place(stranger); }).code() == Errc::unauthorized);
  CHECK(stranger.story() == "HEAD 401");
}

TEST_CASE("401 without a challenge is answered with Basic where there is a user") {
  World world{{.registry = {.auth = {.scheme = AuthScheme::basic}}, .client = {.credentials = known_user()}}};
  world.faults.add({.fault = status(401)});
  CHECK(place(world) == BlobOutcome::uploaded);
}

TEST_CASE("a credential that was not asked for, and so not sent, is not said to be refused") {
  World world{{.client = {.credentials = known_user()}}};
  world.faults.add({.method = "POST", .fault = status(403)});
  const Error error = failure_of([&] { return place(world); });
  CHECK(error.code() == Errc::denied);
  CHECK(any_says(error.notes(), "the request was anonymous"));
  CHECK_FALSE(any_says(error.notes(), "was taken from"));
}

TEST_CASE("an answer with an empty access_token beside the token is understood") {
  for (const char* answer : {R"({"token":"one","access_token":""})", R"({"access_token":"","token":"one"})"}) {
    World world{bearer()};
    world.faults.add({.target = "/token", .fault = status(200, {}, answer)});
    failure_of([&] { return place(world); });
    CHECK(world.transport.journal().entries().back().headers.first("Authorization") == "Bearer one");
  }
}

TEST_CASE("an identity token is exchanged by POST") {
  WorldOptions options = bearer({.refresh_token = "the identity token"});
  options.client.credentials = finder({.identity_token = "the identity token", .source = "the test"});
  World world{std::move(options)};
  CHECK(place(world) == BlobOutcome::uploaded);
  CHECK(world.count("POST", "/token") == 1);
  CHECK(world.count("GET", "/token") == 0);
}

TEST_CASE("an identity token takes the password's place where OAuth2 is not known and there is a user") {
  for (const int code : {400, 401, 404, 405}) {
    CAPTURE(code);
    WorldOptions options = bearer({.password = "the identity token", .oauth_status = code});
    options.client.credentials = finder({.username = "user", .identity_token = "the identity token", .source = "-"});
    World world{std::move(options)};
    CHECK(place(world) == BlobOutcome::uploaded);
    CHECK(world.story().starts_with(fmt::format("HEAD 401, POST {}, GET 200, HEAD 404", code)));
  }
}

TEST_CASE("an identity token without a user is refused where OAuth2 is not known") {
  WorldOptions options = bearer({.oauth_status = 404});
  options.client.credentials = finder({.identity_token = "the identity token", .source = "the test"});
  World world{std::move(options)};
  failure_of([&] { return place(world); });
  CHECK(world.count("GET", "/token") == 0);
}

TEST_CASE("a registry token is shown as it is, and not exchanged") {
  WorldOptions options = bearer();
  options.client.credentials = finder({.registry_token = "given", .source = "the test"});
  World world{std::move(options)};
  CHECK(failure_of([&] { return place(world); }).code() == Errc::unauthorized);
  CHECK(world.transport.journal().entries().at(1).headers.first("Authorization") == "Bearer given");
  CHECK(world.count("", "/token") == 0);
}

}  // namespace ocibuild::testing
