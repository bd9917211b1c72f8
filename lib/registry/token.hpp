// Asking a token server for a bearer token.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/secrets.hpp"
#include "ocibuild/http/transport.hpp"
#include "ocibuild/http/url.hpp"
#include "ocibuild/registry/credentials.hpp"
#include "registry/scope.hpp"

namespace ocibuild {

/// Where tokens for a registry come from.
struct TokenServer {
  Url realm;
  std::string service;  ///< empty: none was named

  friend bool operator==(const TokenServer&, const TokenServer&) = default;
};

struct Token {
  std::string value;
  std::chrono::seconds lifetime{60};  ///< 60 where the server does not say (distribution, token.md)
};

/// Checks a realm before anything is sent there: https, unless the registry itself speaks http; no private address,
/// unless it is the registry's own host. Throws Error{denied}, without `secrets`.
Url require_safe_realm(const Url& asked, std::string_view realm, const Secrets& secrets);

/// What a token is asked for, and by whom.
struct TokenQuestion {
  std::string_view registry;
  const TokenServer& server;
  const Scopes& scopes;
  const std::optional<Credential>& credential;
  std::chrono::seconds unix_time{};  ///< for dates in answers
};

/// Asks for one token: with OAuth2 for an identity token, else with GET, Basic where there is a credential. Redirects
/// are not followed. Throws TransientError; Error{unauthorized, denied} when the server refuses, {unavailable} for an
/// answer that is no token; what the server says comes without `secrets`.
Token fetch_token(Transport& transport, const TokenQuestion& question, const Secrets& secrets);

/// For people: where a credential comes from, or that there is none.
std::string describe_source(const std::optional<Credential>& credential);

/// `Basic` and user and password in base64; where there is no password, an identity token takes its place.
std::string basic_authorization(const Credential& credential);

}  // namespace ocibuild
