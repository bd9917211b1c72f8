// The names under which credentials of registries are stored, and which registry each of them means.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ocibuild {

/// A registry as it is compared: lower case, without the port 443, `docker.io` for every name of Docker Hub.
std::string comparable_registry(std::string_view registry);

/// The name docker stores a registry's credential under: its host, but `https://index.docker.io/v1/` for Docker Hub.
std::string server_name(std::string_view registry);

/// How well a key of a document fits what is asked for. Larger is better.
struct KeyFit {
  std::size_t scope = 0;  ///< length of the namespace; 0: the whole registry
  int spelling = 0;       ///< 2: what docker would write, 1: another host, 0: a URL

  friend auto operator<=>(const KeyFit&, const KeyFit&) = default;
};

/// How a key fits a repository of a registry, or nothing when it means something else.
///
/// A key is `HOST`, `HOST/NAMESPACE` or a URL, of which only the host counts, because docker wrote URLs of its API
/// (containers-auth.json(5), docker/cli configfile). Keys with a user name, white space or control characters fit
/// nothing.
std::optional<KeyFit> fit_key(std::string_view key, std::string_view registry, std::string_view repository);

}  // namespace ocibuild
