// Who gets to see credentials: the registry and its token server, and nobody they point at (AT01, AT03, AU08).
#include <doctest/doctest.h>

#include <mutex>
#include <set>

#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

WorldOptions guarded(AuthOptions auth = {}) {
  if (auth.scheme == AuthScheme::none) auth.scheme = AuthScheme::bearer;
  return {.registry = {.auth = std::move(auth)}, .client = {.credentials = known_user()}};
}

/// Origins that were shown an Authorization.
std::set<std::string> trusted(World& world) {
  std::set<std::string> result;
  for (const JournalEntry& entry : world.transport.journal().entries()) {
    if (entry.headers.first("Authorization")) result.insert(entry.origin);
  }
  return result;
}

}  // namespace

TEST_CASE("AT01: no token is asked for at a private, plain or unusable address") {
  for (const char* realm :
       {"https://10.0.0.1/token", "https://169.254.169.254/latest", "http://auth.test/token", "http://r.test/token",
        "https://localhost/token", "https://[::1]/token", "https://[::ffff:169.254.169.254]/t", "https://2130706433/t",
        "https://user:pass@auth.test/token", "ftp://auth.test/token", "file:///etc/passwd", "https://r.test:0/token"}) {
    CAPTURE(realm);
    World world{guarded({.realm = realm})};
    const Error error = failure_of([&] { return world.store().place(blob_of("x")); });
    CHECK(error.code() == Errc::denied);
    CHECK(says(error, "token server"));
    CHECK(trusted(world).empty());
    CHECK_FALSE(world.left_home());
  }
}

TEST_CASE("AT01: a challenge for Bearer without a realm, or with an empty one, gets no credentials") {
  for (const char* challenge : {"Bearer", "Bearer service=\"x\"", "Bearer realm=\"\"", "Bearer realm="}) {
    CAPTURE(challenge);
    World world{guarded()};
    world.faults.add({.times = FaultRule::always, .fault = status(401, {{"WWW-Authenticate", challenge}})});
    failure_of([&] { return world.store().place(blob_of("x")); });
    CHECK(trusted(world).empty());
  }
}

TEST_CASE("AT01: a public token server on another host is what Docker Hub has, and gets the password") {
  World world{guarded({.realm = "https://auth.test/token"})};
  world.transport.route("https://auth.test", world.registry);
  CHECK(world.store().place(blob_of("x")) == BlobOutcome::uploaded);
  CHECK(trusted(world) == std::set<std::string>{"https://auth.test", "https://r.test"});
}

TEST_CASE("AT01: a token server that redirects is not followed") {
  World world{guarded()};
  world.faults.add({.target = "/token", .fault = status(307, {{"Location", "https://evil.test/token"}})});
  const Error error = failure_of([&] { return world.store().place(blob_of("x")); });
  CHECK(says(error, "the token server redirects"));
  CHECK_FALSE(world.left_home());
}

TEST_CASE("AT03: a redirect to another host or port carries no Authorization, and its challenge is not answered") {
  for (const std::string site : {"https://other.test", "https://r.test:8443", "https://r.test.evil.test"}) {
    for (const int code : {301, 302, 303, 307, 308}) {
      CAPTURE(site);
      World world{guarded()};
      MemoryRegistry other{{.auth = {.scheme = AuthScheme::basic}}};
      world.transport.route(site, other);
      world.store().put(blob_of("x"));
      world.faults.add({.method = "GET", .target = "tags/list", .fault = status(code, {{"Location", site + "/y"}})});
      failure_of([&] { return list_tags(world.client, "r.test", "a"); });
      CHECK(trusted(world) == std::set<std::string>{"https://r.test"});
      CHECK(other.journal().entries().size() == 1);
    }
  }
}

TEST_CASE("AT03: a redirect down to plain http or to a private address is not followed") {
  for (const char* location : {"http://r.test/y", "http://other.test/y", "https://10.0.0.1/y", "https://[fe80::1]/y"}) {
    CAPTURE(location);
    World world{guarded()};
    world.faults.add({.target = "tags/list", .fault = status(302, {{"Location", location}})});
    const Error error = failure_of([&] { return list_tags(world.client, "r.test", "a"); });
    if (std::string_view{location} != "http://r.test/y") CHECK(error.code() == Errc::denied);
    CHECK_FALSE(world.left_home());
  }
}

TEST_CASE("AT03: a redirect at home keeps the Authorization, and a circle of them ends") {
  World world{guarded()};
  world.registry.put_manifest("a", "text/plain", "x", "v1");
  world.faults.add({.target = "tags/list", .skip = 1, .fault = status(307, {{"Location", "/v2/a/tags/list?n=5"}})});
  CHECK(list_tags(world.client, "r.test", "a") == std::vector<std::string>{"v1"});
  const Fault circle = status(307, {{"Location", "/v2/a/tags/list"}});
  world.faults.add({.target = "tags/list", .times = FaultRule::always, .fault = circle});
  world.transport.journal().clear();
  const Error error = failure_of([&] { return list_tags(world.client, "r.test", "a"); });
  CHECK(says(error, "more than 10 redirects"));
  CHECK(world.count("GET") == 11);
}

TEST_CASE("AT03: content is never sent on by a redirect") {
  for (const int code : {301, 302, 303, 307, 308}) {
    for (const char* method : {"POST", "PUT"}) {
      World world;
      world.faults.add({.method = method, .fault = status(code, {{"Location", "https://other.test/x"}})});
      CHECK(failure_of([&] { return world.store().place(blob_of("x")); }).code() == Errc::unavailable);
      CHECK_FALSE(world.left_home());
    }
  }
}

TEST_CASE("AU08: the finder of credentials is asked for the registry of the reference, whatever is redirected") {
  std::set<std::string> asked;
  std::mutex mutex;
  WorldOptions options = guarded({.scheme = AuthScheme::basic});
  options.client.credentials = [&](std::string_view registry, std::string_view) -> std::optional<Credential> {
    const std::lock_guard lock{mutex};
    asked.emplace(registry);
    if (registry != "r.test") return {};
    return Credential{.username = "user", .password = "password", .source = "the test"};
  };
  World world{std::move(options)};
  MemoryRegistry other{{.auth = {.scheme = AuthScheme::basic}}};
  for (const std::string host : {"r.test.evil.test", "xr.test"}) {
    world.transport.route("https://" + host, other);
    failure_of([&] { return RegistryStore(world.client, host, "a").place(blob_of("x")); });
  }
  CHECK(trusted(world).empty());
  world.store().put(blob_of("x"));
  CHECK(trusted(world) == std::set<std::string>{"https://r.test"});
  CHECK(asked == std::set<std::string>{"r.test", "r.test.evil.test", "xr.test"});
}

TEST_CASE("plain http is spoken only where it is allowed, and TLS is tried first") {
  MemoryRegistry registry;
  for (const auto& [host, insecure] :
       {std::pair{"localhost:5000", false}, {"127.0.0.1:5000", false}, {"reg:80", true}}) {
    CAPTURE(host);
    World world;
    const std::string name = host;
    world.transport.route("http://" + (name == "reg:80" ? "reg" : name), registry);
    ocibuild::RegistryOptions options;
    if (insecure) options.insecure_hosts = {"reg"};
    RegistryClient client{world.transport, world.clock.clock(), std::move(options)};
    CHECK(RegistryStore(client, name, "a").place(blob_of(name)) == BlobOutcome::uploaded);
    CHECK(world.lines().front() == "HEAD /v2/ 0");
  }
  World tls;
  tls.transport.route("https://localhost:5000", registry);
  tls.transport.route("http://localhost:5000", registry);
  tls.faults.add({.target = "/v2/", .fault = reset_at(FaultPoint::head)});
  tls.faults.add({.target = "/v2/", .fault = status(400)});  // what a server of TLS says to plain http
  CHECK(RegistryStore(tls.client, "localhost:5000", "a").place(blob_of("tls")) == BlobOutcome::uploaded);
  CHECK(tls.transport.journal().entries().back().origin == "https://localhost:5000");
  World world;
  world.transport.route("http://plain.test", registry);
  RegistryStore store{world.client, "plain.test", "a"};
  CHECK(failure_of([&] { return store.place(blob_of("x")); }).code() == Errc::unavailable);
  CHECK(world.transport.journal().entries().front().origin == "https://plain.test");
}

}  // namespace ocibuild::testing
