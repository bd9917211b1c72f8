// What the commands need to talk to registries.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "ocibuild/http/curl_transport.hpp"
#include "ocibuild/registry/client.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/place.hpp"
#include "wait_notes.hpp"

namespace ocibuild {

/// As they were typed.
struct NetworkOptions {
  std::vector<std::string> insecure;
  std::optional<std::string> ca_file;
  std::optional<std::string> username;
  bool password_stdin = false;
};

/// Adds those about whom to trust to a command; `insecure` is what `--help` says about --insecure there.
void add_trust_options(CLI::App& command, NetworkOptions& options, const std::string& insecure);

/// Adds all of them to a command.
void add_network_options(CLI::App& command, NetworkOptions& options);

/// What `--help` says about credentials.
inline constexpr const char* network_help =
    "Credentials for a registry are taken from --username with --password-stdin, OCIBUILD_USERNAME\n"
    "with OCIBUILD_PASSWORD, GITHUB_TOKEN (for ghcr.io only), REGISTRY_AUTH_FILE, and where podman and\n"
    "docker keep them.";

/// The client for registries. Nothing is opened, read or sent before it is asked for.
class Network {
 public:
  Network(const NetworkOptions& options, Session& session) : options_{options}, session_{session} {}

  /// Says to which registry explicit credentials belong: the first one that is named. Before the first `client`.
  void set_target(const std::string& registry) {
    if (target_.empty()) target_ = registry;
  }

  /// Throws Error{invalid_argument, not_found, io} for options that cannot be used.
  RegistryClient& client();

  /// What the client sends through; for what is no registry. Throws as `client`.
  Transport& transport();

  /// Says that a request waits before it is tried again.
  void show(const RetryWait& wait);

  /// Number of attempts that were not the first.
  unsigned retries() const { return client_ ? client_->retries() : 0; }

 private:
  CurlOptions curl_options() const;
  RegistryOptions registry_options();
  std::vector<std::string> insecure_hosts() const;
  std::optional<Credential> given() const;

  const NetworkOptions& options_;
  Session& session_;
  std::string target_;
  WaitNotes notes_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<RegistryClient> client_;
};

/// Opens a place; the network is used for a registry only, and explicit credentials go there. Throws as
/// open_for_reading.
OpenedRoot open_for_reading(const Place& place, Network& network);

/// The system's clock, and chance.
Clock system_clock();

}  // namespace ocibuild
