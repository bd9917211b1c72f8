// From options and environment to a client.
#include "network.hpp"

#include <random>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/registry/places.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "version.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_password = 64 << 10;

/// The first of several spellings of a variable that is set; curl and others read both.
std::string first_set(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (is_set(environment, name)) return value_of(environment, name);
  }
  return {};
}

/// The password on standard input, without the end of its line.
std::string read_password() {
  std::string text(max_password, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(STDIN_FILENO, text.data() + size, text.size() - size);
    if (count < 0) throw_errno("reading the password from standard input", errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) throw Error{Errc::invalid_argument, "--password-stdin: standard input is empty"};
  return text;
}

double random_fraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(generator);
}

}  // namespace

OpenedRoot open_for_reading(const Place& place, Network& network) {
  if (place.kind != PlaceKind::registry) return open_for_reading(place);
  network.set_target(Reference::parse(place.name).registry);
  return open_for_reading(place, network.client());
}

Clock system_clock() {
  return {.now = steady_time,
          .unix_time =
              [] {
                return std::chrono::duration_cast<std::chrono::seconds>(
                    std::chrono::system_clock::now().time_since_epoch());
              },
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .random = random_fraction};
}

void add_trust_options(CLI::App& command, NetworkOptions& options, const std::string& insecure) {
  add_list(command, "--insecure", options.insecure, "HOST[:PORT]", insecure)->envname("OCIBUILD_INSECURE");
  add_text(command, "--ca-file", options.ca_file, "FILE", "more certificate authorities, in PEM")
      ->envname("OCIBUILD_CA_FILE");
}

void add_network_options(CLI::App& command, NetworkOptions& options) {
  add_trust_options(command, options,
                    "speak plain http with this registry, or TLS without checking its certificate; repeatable");
  add_text(command, "--username", options.username, "NAME", "user of the registry; with --password-stdin");
  command.add_flag("--password-stdin", options.password_stdin, "read the password or token from standard input");
}

Transport& Network::transport() {
  if (!transport_) transport_ = std::make_unique<CurlTransport>(curl_options());
  return *transport_;
}

RegistryClient& Network::client() {
  if (!client_) client_ = std::make_unique<RegistryClient>(transport(), system_clock(), registry_options());
  return *client_;
}

std::vector<std::string> Network::insecure_hosts() const {
  std::vector<std::string> hosts;
  for (const std::string& list : options_.insecure) {
    for (std::string& host : CLI::detail::split(list, ','))
      hosts.push_back(CLI::detail::to_lower(CLI::detail::trim(host)));
  }
  return hosts;
}

CurlOptions Network::curl_options() const {
  const Environment& environment = session_.environment;
  CurlOptions options{.user_agent = fmt::format("ocibuild/{}", version)};
  options.proxy = {.http = first_set(environment, {"http_proxy", "all_proxy", "ALL_PROXY"}),
                   .https = first_set(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
                   .none = first_set(environment, {"no_proxy", "NO_PROXY"})};
  options.ca_file = options_.ca_file.value_or(first_set(environment, {"SSL_CERT_FILE"}));
  options.insecure_hosts = insecure_hosts();
  if (session_.console.verbosity() == Verbosity::debug) {
    options.log = [&console = session_.console](std::string_view line) { console.detail(Verbosity::debug, line); };
  }
  return options;
}

std::optional<Credential> Network::given() const {
  if (!options_.username && !options_.password_stdin) return {};
  if (!options_.username || !options_.password_stdin) {
    throw Error{Errc::invalid_argument, "--username and --password-stdin go together"};
  }
  return Credential{.username = *options_.username, .password = read_password(), .source = "--password-stdin"};
}

void Network::show(const RetryWait& wait) {
  if (notes_.is_news(wait, steady_time())) {
    session_.console.note(wait_text(wait));
  } else {
    session_.console.detail(Verbosity::verbose, wait_text(wait));
  }
}

RegistryOptions Network::registry_options() {
  Console& console = session_.console;
  CredentialOptions credentials{.registry = target_,
                                .given = given(),
                                .environment = session_.environment,
                                .home = value_of(session_.environment, "HOME"),
                                .uid = ::getuid(),
                                .warn = [&console](std::string_view text) { console.warning(text); }};
  return {.credentials = find_credentials(std::move(credentials), run_command),
          .insecure_hosts = insecure_hosts(),
          .retry = {},
          .waits = [this](const RetryWait& wait) { show(wait); },
          .warnings = [&console](std::string_view text) { console.warning(text); }};
}

}  // namespace ocibuild
