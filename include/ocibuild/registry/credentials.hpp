// Credentials for registries: where they are looked for, and in which order.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/process.hpp"

namespace ocibuild {

/// What is shown to a registry or to its token server. One of the three ways is set: a password with its user name, an
/// identity token (perhaps with a user name beside it), or a registry token.
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
using FindCredential = std::function<std::optional<Credential>(std::string_view registry, std::string_view repository)>;

/// What find_credentials looks at. The library reads no environment: what is not said here does not exist.
struct CredentialOptions {
  std::string registry;             ///< the one that is pushed to: whom explicit credentials belong to
  std::optional<Credential> given;  ///< for `registry`, before everything else; the caller sets its `source`
  std::map<std::string, std::string> environment;      ///< a variable that is empty counts as not set
  std::filesystem::path home;                          ///< empty: nothing below it is looked at
  std::optional<unsigned> uid;                         ///< whose /run/containers/UID is looked at
  std::chrono::milliseconds helper_timeout{60'000};    ///< how long a credential helper may take
  std::function<void(std::string_view warning)> warn;  ///< one line without secrets; one call at a time
};

/// A FindCredential over the places where docker, podman and GitHub Actions keep credentials. The first of these that
/// has one for the registry wins:
///
/// 1. `given`, then OCIBUILD_USERNAME with OCIBUILD_PASSWORD: only for `registry`, never for where base images come
/// from;
/// 2. GITHUB_TOKEN, with GITHUB_ACTOR as the user name: only for ghcr.io, whose port 443 may be spelled out;
/// 3. DOCKER_AUTH_CONFIG: a document, of which only `auths` counts;
/// 4. REGISTRY_AUTH_FILE: a file that must be there; then nothing below is looked at;
/// 5. containers/auth.json in XDG_RUNTIME_DIR, else in /run (/run/containers/UID/auth.json);
///    then in XDG_CONFIG_HOME, else in ~/.config;
/// 6. config.json in DOCKER_CONFIG, else in ~/.docker;
/// 7. ~/.dockercfg.
///
/// In a document `credHelpers` wins over `credsStore`, and that over `auths`. Keys of `auths` may be namespaces,
/// `HOST/OWNER`, of which the longest wins (containers-auth.json(5)). docker.io, index.docker.io and
/// registry-1.docker.io are one registry. A file that is absent, empty or does not mention the registry, and a helper
/// that knows of no credential, leave it to the next place. A helper that fails does not: it causes a warning, and
/// requests to that registry are anonymous (CVE-2021-41092). Helpers do not see OCIBUILD_PASSWORD.
///
/// Files are read once, when they are first needed, and a helper runs once for each registry, however many threads ask.
///
/// Throws Error{invalid_argument} for a `given` credential that is empty or has no registry. The result throws
/// Error{invalid_document} for a document that cannot be understood, naming it and quoting nothing of it, and
/// Error{not_found} or {io} for REGISTRY_AUTH_FILE.
FindCredential find_credentials(CredentialOptions options, RunCommand run);

}  // namespace ocibuild
