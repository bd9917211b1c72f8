// Credentials for registries: where they are looked for, and in which order.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ocibuild {

/// What is shown to a registry or to its token server. One of the three ways is set.
struct Credential {
  std::string username;
  std::string password;
  std::string identity_token;  ///< to be exchanged by OAuth2 (protocol of docker's `identitytoken`)
  std::string registry_token;  ///< a bearer token for the registry itself
  std::string source;          ///< for people: `GITHUB_TOKEN`, `~/.docker/config.json`

  friend bool operator==(const Credential&, const Credential&) = default;
};

/// Finds the credential for a repository of a registry, or nothing: then requests are anonymous. `registry` is as in
/// Reference::registry. Safe for use by several threads at once.
using FindCredential =
    std::function<std::optional<Credential>(std::string_view registry, std::string_view repository)>;

}  // namespace ocibuild
