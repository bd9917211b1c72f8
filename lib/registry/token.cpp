// Tokens by GET and by OAuth2 POST (distribution: spec/auth/token.md, oauth.md).
#include "registry/token.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/retry.hpp"
#include "registry/failure.hpp"
#include "spec/base64.hpp"
#include "spec/json.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_token_answer = 64 << 10;
constexpr std::size_t max_token = 32 << 10;  // it becomes one header field
constexpr std::string_view client_id = "ocibuild";

/// What can stand in a header field behind `Bearer `.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= max_token &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::chrono::seconds lifetime(const JsonValue& value) {
  constexpr std::int64_t shortest = 60;  // token.md: for compatibility with older clients
  constexpr std::int64_t longest = 24 * 3600;
  std::int64_t seconds = shortest;
  std::from_chars(value.text.data(), value.text.data() + value.text.size(), seconds);
  return std::chrono::seconds{std::clamp(seconds, shortest, longest)};
}

Token parse_token(const std::string& document) {
  Token token;
  for (const JsonMember& member : parse_json(document, max_token_answer).members) {
    const bool names_token = member.name == "access_token" || (member.name == "token" && token.value.empty());
    // Who has no use for one of the names may write it all the same, with nothing in it.
    if (names_token && member.value.kind == JsonValue::Kind::string && !member.value.text.empty())
      token.value = member.value.text;
    if (member.name == "expires_in" && member.value.kind == JsonValue::Kind::number)
      token.lifetime = lifetime(member.value);
  }
  if (!is_token(token.value)) throw Error{Errc::invalid_document, "there is no token in it"};
  return token;
}

Token read_token(HttpResponse& response, const Secrets& secrets) {
  try {
    return parse_token(read_all(*response.body, max_token_answer));
  } catch (const Error& error) {
    if (error.code() == Errc::unavailable) throw TransientError{error.what()};
    throw Error{Errc::unavailable,
                fmt::format("the token server's answer cannot be used: {}", secrets.redacted(error.what()))};
  }
}

HttpRequest get_request(const TokenQuestion& question) {
  HttpRequest request{.method = "GET", .url = question.server.realm};
  if (!question.server.service.empty()) request.url = request.url.with_query("service", question.server.service);
  for (const Scope& scope : question.scopes) request.url = request.url.with_query("scope", scope.string());
  request.url = request.url.with_query("client_id", client_id);
  if (!question.credential || question.credential->username.empty()) return request;
  request.url = request.url.with_query("account", question.credential->username);
  request.headers.add("Authorization", basic_authorization(*question.credential));
  return request;
}

HttpRequest post_request(const TokenQuestion& question) {
  std::string scope;
  for (const Scope& each : question.scopes) scope += (scope.empty() ? "" : " ") + each.string();
  HttpRequest request{.method = "POST", .url = question.server.realm};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = memory_body(fmt::format("grant_type=refresh_token&service={}&client_id={}&scope={}&refresh_token={}",
                                         percent_encoded(question.server.service), client_id, percent_encoded(scope),
                                         percent_encoded(question.credential->identity_token)));
  return request;
}

HttpResponse send(Transport& transport, const HttpRequest& request) {
  try {
    return transport.send(request);
  } catch (const UnreachableError&) {
    throw;
  } catch (const Error& error) {
    if (error.code() == Errc::unavailable) throw TransientError{error.what()};
    throw;
  }
}

[[noreturn]] void refuse(HttpResponse& response, const TokenQuestion& question, const Secrets& secrets) {
  if (response.status >= 300 && response.status < 400) {
    throw Error{Errc::unavailable,
                fmt::format("{}: the token server redirects, which is not followed", response.status)};
  }
  const Failure failure = read_failure(response, question.unix_time, secrets);
  try {
    throw_failure(failure, question.registry);
  } catch (Error& error) {
    // It is the token server that is not there, not the image.
    if (error.code() == Errc::not_found) throw Error{Errc::unavailable, error.what()};
    if (error.code() != Errc::unauthorized && error.code() != Errc::denied) throw;
    error.add_note(describe_source(question.credential));
    throw;
  }
}

/// Servers without OAuth2 answer in many ways; where there is also a user name, GET may still do.
bool lacks_oauth2(int status) {
  return status == 400 || status == 401 || status == 404 || status == 405;
}

}  // namespace

std::string describe_source(const std::optional<Credential>& credential) {
  return credential ? fmt::format("the credential was taken from {}", credential->source)
                    : "there was no credential for it, so the request was anonymous";
}

std::string basic_authorization(const Credential& credential) {
  const std::string& secret = credential.password.empty() ? credential.identity_token : credential.password;
  return "Basic " + encode_base64(credential.username + ":" + secret);
}

Url require_safe_realm(const Url& asked, std::string_view realm, const Secrets& secrets) {
  const auto refused = [](std::string_view why) {
    return Error{Errc::denied, fmt::format("the registry sends its clients to a token server {}", why)};
  };
  Url url = asked;
  try {
    url = asked.resolve(realm);
  } catch (const Error& error) {
    throw refused(fmt::format("whose address cannot be used: {}", error.what()));
  }
  const HttpOrigin& from = asked.origin();
  const HttpOrigin& to = url.origin();
  const std::string shown = secrets.redacted(url.redacted());
  if (to.scheme == "http" && from.scheme == "https") throw refused("that speaks plain http").add_note(shown);
  if (to.host == from.host) return url;
  if (is_private(to.host)) throw refused("on a private address").add_note(shown);
  if (to.scheme == "http") throw refused("on another host that speaks plain http").add_note(shown);
  return url;
}

Token fetch_token(Transport& transport, const TokenQuestion& question, const Secrets& secrets) {
  return with_context(
      fmt::format("getting a token from {}", secrets.redacted(to_string(question.server.realm.origin()))), [&] {
        const std::optional<Credential>& credential = question.credential;
        if (credential && !credential->identity_token.empty()) {
          HttpResponse response = send(transport, post_request(question));
          if (response.status == 200) return read_token(response, secrets);
          if (!lacks_oauth2(response.status) || credential->username.empty()) refuse(response, question, secrets);
        }
        HttpResponse response = send(transport, get_request(question));
        if (response.status != 200) refuse(response, question, secrets);
        return read_token(response, secrets);
      });
}

}  // namespace ocibuild
