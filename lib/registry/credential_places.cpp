// The places of podman (containers-auth.json(5)) and docker (docker/cli).
#include "registry/credential_places.hpp"

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

/// A directory named by a variable; a relative one does not count (XDG Base Directory Specification, "Basics").
std::optional<fs::path> xdg_directory(const CredentialOptions& options, const std::string& name) {
  const std::optional<std::string> value = variable(options, name);
  if (!value || !fs::path{*value}.is_absolute()) return {};
  return *value;
}

std::string title_of(const fs::path& path, const fs::path& home) {
  const std::string prefix = home.native() + "/";
  const bool below_home = !home.empty() && path.native().starts_with(prefix);
  return below_home ? "~/" + path.native().substr(prefix.size()) : path.native();
}

class Places {
 public:
  explicit Places(const CredentialOptions& options) : options_{options} {}

  void add(const fs::path& path, DocumentKind kind = DocumentKind::config) {
    places_.push_back({.path = path, .title = title_of(path, options_.home), .kind = kind});
  }

  void add_below_home(const fs::path& path, DocumentKind kind = DocumentKind::config) {
    if (!options_.home.empty()) add(options_.home / path, kind);
  }

  void add_containers() {
    if (const auto runtime = xdg_directory(options_, "XDG_RUNTIME_DIR")) {
      add(*runtime / "containers/auth.json");
    } else if (options_.uid) {
      add(fs::path{"/run/containers"} / std::to_string(*options_.uid) / "auth.json");
    }
    if (const auto config = xdg_directory(options_, "XDG_CONFIG_HOME")) {
      add(*config / "containers/auth.json");
    } else {
      add_below_home(".config/containers/auth.json");
    }
  }

  void add_docker() {
    if (const auto directory = variable(options_, "DOCKER_CONFIG")) {
      add(fs::path{*directory} / "config.json");
    } else {
      add_below_home(".docker/config.json");
    }
    add_below_home(".dockercfg", DocumentKind::legacy);
  }

  std::vector<CredentialPlace> take() { return std::move(places_); }

 private:
  const CredentialOptions& options_;
  std::vector<CredentialPlace> places_;
};

}  // namespace

std::optional<std::string> variable(const CredentialOptions& options, const std::string& name) {
  const auto found = options.environment.find(name);
  if (found == options.environment.end() || found->second.empty()) return {};
  return found->second;
}

std::vector<CredentialPlace> credential_places(const CredentialOptions& options) {
  std::vector<CredentialPlace> places;
  // docker/cli refuses every other member of this variable; GitLab's runner has helpers in it, which are the runner's.
  if (const auto text = variable(options, "DOCKER_AUTH_CONFIG")) {
    places.push_back({.text = *text, .title = "DOCKER_AUTH_CONFIG", .kind = DocumentKind::auths});
  }
  if (const auto file = variable(options, "REGISTRY_AUTH_FILE")) {
    places.push_back(
        {.path = *file, .title = title_of(*file, options.home), .presence = CredentialPlace::Presence::required});
    return places;
  }
  Places files{options};
  files.add_containers();
  files.add_docker();
  for (CredentialPlace& place : files.take()) places.push_back(std::move(place));
  return places;
}

std::optional<CredentialDocument> read_credentials(const CredentialPlace& place) {
  if (place.path.empty()) return CredentialDocument{place.text, place.title, place.kind};
  std::string text;
  try {
    text = read_file(place.path, max_credential_document);
  } catch (Error& error) {
    if (place.presence == CredentialPlace::Presence::required) {
      error.add_context("REGISTRY_AUTH_FILE");
    } else if (error.code() == Errc::not_found) {
      return {};
    }
    throw;
  }
  return CredentialDocument{text, place.title, place.kind};
}

}  // namespace ocibuild
