#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "registry/ask.hpp"
#include "spec/base64.hpp"
#include "support/registry/fake_clock.hpp"

namespace ocibuild::testing {
namespace {

using namespace std::chrono_literals;

RegistryOptions bearer(AuthOptions auth = {}) {
  auth.scheme = AuthScheme::bearer;
  return {.auth = std::move(auth)};
}

Headers basic(const std::string& pair = "user:password") {
  return {{"Authorization", "Basic " + encode_base64(pair)}};
}

ServerResponse ask_token(MemoryRegistry& registry, const std::string& scopes, const Headers& headers = basic()) {
  return ask(registry, "GET", "/token?service=registry.test" + scopes, "", headers);
}

Headers with_token(const ServerResponse& answer) {
  const auto body = nlohmann::json::parse(answer.body);
  return {{"Authorization", "Bearer " + body.value("token", body.value("access_token", ""))}};
}

const std::string pull_a = "&scope=repository:a:pull";
const std::string push_a = "&scope=repository:a:pull,push";

}  // namespace

TEST_CASE("without a token there is a challenge with the scope that is needed") {
  MemoryRegistry registry{bearer()};
  const auto challenge = [&](const char* method, const char* target) {
    const ServerResponse response = ask(registry, method, target);
    CHECK(response.status == 401);
    return header(response, "WWW-Authenticate");
  };
  const std::string start = R"(Bearer realm="http://registry.test/token",service="registry.test")";
  CHECK(challenge("GET", "/v2/") == start);
  CHECK(challenge("GET", "/v2/a/b/tags/list") == start + R"(,scope="repository:a/b:pull")");
  CHECK(challenge("POST", "/v2/a/blobs/uploads/") == start + R"(,scope="repository:a:pull,push")");
  CHECK(challenge("POST", "/v2/a/blobs/uploads/?mount=x&from=b") ==
        start + R"(,scope="repository:a:pull,push repository:b:pull")");
  registry.configure(bearer({.realm = "https://auth.test/token", .placeholder_scope = true}));
  CHECK(challenge("GET", "/v2/") ==
        R"(Bearer realm="https://auth.test/token",service="registry.test",scope="repository:user/image:pull")");
}

TEST_CASE("a token opens the repository it is for, and only for what it grants") {
  MemoryRegistry registry{bearer()};
  const Headers reader = with_token(ask_token(registry, pull_a));
  const Headers writer = with_token(ask_token(registry, push_a));
  CHECK(ask(registry, "GET", "/v2/", "", reader).status == 200);
  CHECK(ask(registry, "GET", "/v2/a/tags/list", "", reader).status == 404);
  CHECK(ask(registry, "POST", "/v2/a/blobs/uploads/", "", writer).status == 202);
  const ServerResponse refused = ask(registry, "POST", "/v2/a/blobs/uploads/", "", reader);
  CHECK(refused.status == 401);
  CHECK(header(refused, "WWW-Authenticate").find("error=\"insufficient_scope\"") != std::string::npos);
  CHECK(ask(registry, "GET", "/v2/b/tags/list", "", writer).status == 401);
  CHECK(ask(registry, "GET", "/v2/a/tags/list", "", basic()).status == 401);
  CHECK(ask(registry, "GET", "/v2/a/tags/list", "", {{"Authorization", "Bearer x"}}).status == 401);
}

TEST_CASE("several scopes come as several parameters or in one") {
  MemoryRegistry registry{bearer()};
  const std::string mount = "/v2/a/blobs/uploads/?mount=x&from=b";
  const Headers two = with_token(ask_token(registry, push_a + "&scope=repository:b:pull"));
  CHECK(ask(registry, "POST", mount, "", two).status == 202);
  const Headers one = with_token(ask_token(registry, push_a + "%20repository%3Ab%3Apull"));
  CHECK(ask(registry, "POST", mount, "", one).status == 202);
  CHECK(ask(registry, "POST", mount, "", with_token(ask_token(registry, push_a))).status == 401);
}

TEST_CASE("wrong credentials, another service and strangers get no token") {
  MemoryRegistry registry{bearer()};
  CHECK(ask_token(registry, pull_a, basic("user:wrong")).status == 401);
  CHECK(ask_token(registry, pull_a, {{"Authorization", "Bearer x"}}).status == 401);
  CHECK(ask_token(registry, pull_a, {}).status == 401);
  CHECK(ask(registry, "GET", "/token?service=other" + pull_a, "", basic()).status == 400);
  CHECK(registry.issued_tokens().empty());
}

TEST_CASE("anonymous tokens pull where that is allowed") {
  MemoryRegistry registry{bearer({.anonymous_pull = true})};
  const ServerResponse partial = ask_token(registry, push_a, {});
  CHECK(partial.status == 200);
  CHECK(ask(registry, "GET", "/v2/a/tags/list", "", with_token(partial)).status == 404);
  CHECK(ask(registry, "POST", "/v2/a/blobs/uploads/", "", with_token(partial)).status == 401);
  registry.configure(bearer({.anonymous_pull = true, .grants = Grants::all_or_nothing}));
  CHECK(ask_token(registry, pull_a, {}).status == 200);
  CHECK(is_error(ask_token(registry, push_a, {}), 403, "DENIED"));
  CHECK(is_error(ask_token(registry, pull_a + "&scope=registry:catalog:*"), 403, "DENIED"));
}

TEST_CASE("a user has the repositories that were given to him") {
  MemoryRegistry registry{bearer({.repositories = {"a"}})};
  const Headers token = with_token(ask_token(registry, push_a + "&scope=repository:b:pull"));
  CHECK(ask(registry, "POST", "/v2/a/blobs/uploads/", "", token).status == 202);
  CHECK(ask(registry, "GET", "/v2/b/tags/list", "", token).status == 401);
}

TEST_CASE("tokens come by OAuth2, for a refresh token or a password") {
  MemoryRegistry registry{bearer({.refresh_token = "secret"})};
  const auto post = [&](const std::string& form) {
    return ask(registry, "POST", "/token", "service=registry.test&scope=repository%3Aa%3Apull&" + form);
  };
  const ServerResponse refreshed = post("client_id=me&grant_type=refresh_token&refresh_token=secret");
  CHECK(refreshed.status == 200);
  CHECK(refreshed.body.find("\"access_token\"") != std::string::npos);
  CHECK(ask(registry, "GET", "/v2/a/tags/list", "", with_token(refreshed)).status == 404);
  CHECK(post("client_id=me&grant_type=password&username=user&password=password").status == 200);
  CHECK(post("client_id=me&grant_type=refresh_token&refresh_token=other").status == 401);
  CHECK(post("grant_type=refresh_token&refresh_token=secret").status == 400);
  registry.configure(bearer({.refresh_token = "secret", .oauth_status = 405}));
  CHECK(post("client_id=me&grant_type=refresh_token&refresh_token=secret").status == 405);
}

TEST_CASE("a token expires after its time, its uses, or when it is told to") {
  FakeClock clock;
  MemoryRegistry registry{bearer({.lifetime = 60s}), clock.now()};
  const auto status = [&](const Headers& token) { return ask(registry, "GET", "/v2/", "", token).status; };
  const Headers timed = with_token(ask_token(registry, ""));
  clock.advance(59s);
  CHECK(status(timed) == 200);
  clock.advance(1s);
  CHECK(status(timed) == 401);

  registry.configure(bearer({.uses = 2}));
  const Headers counted = with_token(ask_token(registry, ""));
  CHECK_FALSE(registry.refusal({.target = "/v2/", .headers = counted}));
  CHECK(status(counted) == 200);
  CHECK(status(counted) == 200);
  CHECK(status(counted) == 401);
  CHECK(registry.refusal({.target = "/v2/", .headers = counted}));

  registry.configure(ghcr_options());
  const Headers ended = with_token(ask(registry, "GET", "/token?service=ghcr.io", "", basic()));
  CHECK(status(ended) == 200);
  registry.expire_tokens();
  const ServerResponse stale = ask(registry, "GET", "/v2/", "", ended);
  CHECK(is_error(stale, 403, "DENIED"));
  CHECK(header(stale, "WWW-Authenticate").empty());
  CHECK(registry.issued_tokens().size() == 3);
}

TEST_CASE("a token answer says when it expires, or not, and can be huge") {
  MemoryRegistry registry{bearer({.expires_in = 60})};
  CHECK(ask_token(registry, "").body.find("\"expires_in\":60") != std::string::npos);
  registry.configure(bearer({.expires_in = std::nullopt, .token_padding = 10 << 20}));
  const ServerResponse huge = ask_token(registry, "");
  CHECK(huge.body.find("expires_in") == std::string::npos);
  CHECK(huge.body.size() > 10 << 20);
}

TEST_CASE("a registry can refuse every token") {
  MemoryRegistry registry{bearer({.always_unauthorized = true})};
  CHECK(ask(registry, "GET", "/v2/", "", with_token(ask_token(registry, ""))).status == 401);
}

TEST_CASE("Basic wants the password with every request") {
  MemoryRegistry registry{{.auth = {.scheme = AuthScheme::basic}}};
  CHECK(header(ask(registry, "GET", "/v2/"), "WWW-Authenticate") == R"(Basic realm="registry")");
  CHECK(ask(registry, "GET", "/v2/", "", basic()).status == 200);
  CHECK(ask(registry, "GET", "/v2/", "", basic("user:wrong")).status == 401);
  registry.configure({.auth = {.scheme = AuthScheme::basic, .anonymous_pull = true}});
  CHECK(ask(registry, "GET", "/v2/a/tags/list").status == 404);
  CHECK(ask(registry, "POST", "/v2/a/blobs/uploads/").status == 401);
}

}  // namespace ocibuild::testing
