// Names of registries in documents with credentials.
#include "registry/credential_key.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view hub = "docker.io";
constexpr std::string_view hub_server = "https://index.docker.io/v1/";
constexpr std::string_view default_port = ":443";

struct Key {
  std::string_view host;
  std::string_view scope;  // empty: the whole registry
  bool is_url = false;
};

bool is_odd(char c) {
  return c <= ' ' || c > '~' || c == '@' || c == '\\';
}

/// A path that docker or a user wrote behind a host, meaning its API and no namespace.
bool is_api_path(std::string_view path) {
  return path.empty() || path == "v1/" || path == "v2/";
}

std::optional<Key> parse_key(std::string_view text) {
  if (std::ranges::any_of(text, is_odd)) return {};
  Key key;
  const std::string lower = to_lower(text.substr(0, std::string_view{"https://"}.size()));
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!lower.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    key.is_url = true;
    break;
  }
  const std::size_t slash = std::min(text.find('/'), text.size());
  key.host = text.substr(0, slash);
  const std::string_view path = text.substr(std::min(slash + 1, text.size()));
  if (!key.is_url && !is_api_path(path)) key.scope = path;
  if (key.host.empty()) return {};
  return key;
}

bool lies_below(std::string_view repository, std::string_view scope) {
  return repository.starts_with(scope) && (repository.size() == scope.size() || repository[scope.size()] == '/');
}

}  // namespace

std::string comparable_registry(std::string_view registry) {
  std::string result = to_lower(registry);
  if (result.ends_with(default_port)) result.resize(result.size() - default_port.size());
  const bool is_hub = result == "index.docker.io" || result == "registry-1.docker.io";
  return is_hub ? std::string{hub} : result;
}

std::string server_name(std::string_view registry) {
  return comparable_registry(registry) == hub ? std::string{hub_server} : to_lower(registry);
}

std::optional<KeyFit> fit_key(std::string_view text, std::string_view registry, std::string_view repository) {
  const std::optional<Key> key = parse_key(text);
  if (!key || comparable_registry(key->host) != comparable_registry(registry)) return {};
  if (!key->scope.empty() && !lies_below(repository, key->scope)) return {};
  const bool is_usual = to_lower(text) == server_name(registry);
  return KeyFit{.scope = key->scope.size(), .spelling = is_usual ? 2 : key->is_url ? 0 : 1};
}

}  // namespace ocibuild
