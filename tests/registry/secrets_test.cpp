// A secret is shown to nobody, whoever repeats it (AU10).
#include <doctest/doctest.h>

#include "http/secrets.hpp"
#include "ocibuild/http/url.hpp"
#include "registry/world.hpp"
#include "spec/base64.hpp"
#include "spec/json.hpp"

namespace ocibuild::testing {
namespace {

const std::string secret = "MARKED/secret+of 42?";

/// What of the secret must not be seen: its beginning in every spelling is enough to know it.
const std::vector<std::string> traces{"MARKED", "TUFSS0VEL3NlY3Jld", encode_base64("user:" + secret).substr(0, 20)};

bool gives_away(std::string_view text) {
  return std::ranges::any_of(traces,
                             [&](const std::string& trace) { return text.find(trace) != std::string_view::npos; });
}

bool gives_away(const std::vector<std::string>& lines) {
  return std::ranges::any_of(lines, [](const std::string& line) { return gives_away(line); });
}

/// Everything that a server could write to give the secret away.
std::vector<std::string> echoes() {
  const std::string basic = encode_base64("user:" + secret);
  std::string urls = encode_base64(secret);
  std::ranges::replace(urls, '/', '_');
  return {secret,
          encode_base64(secret),
          urls,
          percent_encoded(secret),
          "MARKED%2fsecret%2bof%2042%3f",
          basic,
          "Authorization: Basic " + basic,
          "MARKED/sec\x1b[0mret+of 42?",
          "MARKED/secret+of\x1b[31m 42?",
          std::string(190, 'x') + secret,
          std::string(195, 'x') + basic,
          secret + secret};
}

WorldOptions options(AuthScheme scheme) {
  const auto find = [](std::string_view, std::string_view) {
    return Credential{.username = "user", .password = secret, .source = "the test"};
  };
  return {.registry = {.auth = {.scheme = scheme, .password = secret}}, .client = {.credentials = find}};
}

/// True when the secret was seen while a blob was placed and the registry answered with `fault` wherever `rule` says.
bool is_seen(AuthScheme scheme, FaultRule rule, const Fault& fault) {
  World world{options(scheme)};
  rule.fault = fault;
  rule.times = FaultRule::always;
  world.faults.add(rule);
  std::string text;
  try {
    world.store().place(blob_of("content"));
    list_tags(world.client, world.host, "a");
  } catch (const Error& error) {
    text = shown(error);
  }
  return gives_away(text) || gives_away(world.waits) || gives_away(world.warnings);
}

std::string json_of(const std::string& echo) {
  std::string body = R"({"errors":[{"code":)";
  append_json_string(body, echo);
  body += R"(,"message":)";
  append_json_string(body, "you sent " + echo);
  return body + "}]}";
}

}  // namespace

TEST_CASE("AU10: a registry that repeats a password in its refusal does not get it into an error") {
  for (const std::string& echo : echoes()) {
    CAPTURE(echo);
    for (const int code : {400, 403, 404, 409, 429, 503}) {
      for (const std::string& body : {echo, json_of(echo)}) {
        CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "POST"}, status(code, {}, body)));
        CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "PUT"}, status(code, {}, body)));
        CHECK_FALSE(is_seen(AuthScheme::basic, {.target = "tags/list"}, status(code, {}, body)));
      }
    }
  }
}

TEST_CASE("AU10: nor does a token server") {
  for (const std::string& echo : echoes()) {
    CAPTURE(echo);
    for (const int code : {200, 400, 401, 403, 429, 500}) {
      for (const std::string& body : {echo, json_of(echo)}) {
        CHECK_FALSE(is_seen(AuthScheme::bearer, {.target = "/token"}, status(code, {}, body)));
      }
    }
  }
}

TEST_CASE("AU10: nor does what a registry says beside its body") {
  for (const std::string& echo : echoes()) {
    CAPTURE(echo);
    CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "POST"}, status(403, {{"x-github-request-id", echo}})));
    CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "POST"}, status(202, {{"Warning", "299 - \"" + echo + "\""}})));
    CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "POST"},
                        status(202, {{"Warning", "299 - \"" + std::string(390, 'x') + echo + "\""}})));
    CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "PUT"}, status(201, {{"Docker-Content-Digest", echo}})));
  }
}

TEST_CASE("AU10: nor does an address that a registry sends us to, once it was shown the password") {
  for (const std::string& echo : echoes()) {
    CAPTURE(echo);
    for (const std::string before : {"https://10.0.0.1/", "http://x.test/", "https://x.test/", "/v2/a/", "ftp://"}) {
      const Headers there{{"Location", before + echo}};
      const Headers next{{"Link", "<" + before + echo + ">; rel=next"}};
      const Headers realm{{"WWW-Authenticate", "Bearer realm=\"" + before + echo + "\""}};
      CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "POST"}, status(202, there)));
      CHECK_FALSE(is_seen(AuthScheme::basic, {.method = "HEAD", .skip = 1}, status(307, there)));
      CHECK_FALSE(is_seen(AuthScheme::basic, {.target = "tags/list"}, status(200, next, R"({"tags":[]})")));
      CHECK_FALSE(is_seen(AuthScheme::bearer, {.method = "HEAD", .skip = 1}, status(401, realm)));
    }
  }
}

TEST_CASE("AU10: nor does a list that quotes it") {
  for (const std::string& echo : {secret, encode_base64(secret), percent_encoded(secret)}) {
    CAPTURE(echo);
    std::string quoted;
    append_json_string(quoted, echo);
    for (const std::string& body : {"{\"tags\":" + quoted + "}", "{" + quoted + ":1," + quoted + ":2}", quoted}) {
      CHECK_FALSE(is_seen(AuthScheme::basic, {.target = "tags/list"}, status(200, {}, body)));
    }
  }
}

TEST_CASE("AU10: a bearer token is as secret as a password") {
  World world{options(AuthScheme::bearer)};
  RegistryStore store = world.store();
  store.put(blob_of("first"));
  const std::string token = world.registry.issued_tokens().at(0);
  for (const std::string& echo : {token, encode_base64(token), percent_encoded(token), json_of(token)}) {
    world.faults.add({.method = "POST", .fault = status(403, {}, echo)});
    const std::string text = shown(failure_of([&] { return store.place(blob_of("second")); }));
    CHECK(text.find(token) == std::string::npos);
    CHECK(text.find(encode_base64(token).substr(0, 12)) == std::string::npos);
  }
}

TEST_CASE("a word of fewer than four bytes is no secret, and text without one stays as it is") {
  Secrets secrets;
  secrets.add("abc");
  secrets.add("");
  CHECK(secrets.shown("abc and so on", 200) == "abc and so on");
  secrets.add("abcd");
  CHECK(secrets.redacted("abcdabcd abc") == "****** abc");
  CHECK(secrets.shown("0123456789", 4) == "0123...");
}

}  // namespace ocibuild::testing
