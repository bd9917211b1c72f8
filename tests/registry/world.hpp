// A client, a registry, and what goes wrong between them: no sockets, and no time passes.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/registry/registry_store.hpp"
#include "support/failure.hpp"
#include "support/registry/fake_clock.hpp"
#include "support/registry/scripted_transport.hpp"

namespace ocibuild::testing {

/// The credential that a MemoryRegistry knows by default.
inline FindCredential known_user() {
  return [](std::string_view, std::string_view) {
    return Credential{.username = "user", .password = "password", .source = "the test"};
  };
}

struct WorldOptions {
  RegistryOptions registry;
  std::string host = "r.test";
  ocibuild::RegistryOptions client;
};

struct World {
  explicit World(WorldOptions options = {})
      : host{options.host},
        registry{std::move(options.registry), clock.now()},
        client{transport, clock.clock(), listening(options.client)} {
    transport.route("https://" + host, registry, faults);
  }

  RegistryStore store(const std::string& repository = "a") { return {client, host, repository}; }

  /// `METHOD TARGET STATUS` of every request, in order, with the answer that arrived.
  std::vector<std::string> lines() { return transport.journal().lines(); }

  /// `METHOD STATUS, ...` of every request, in order.
  std::string story() {
    std::string text;
    for (const JournalEntry& entry : transport.journal().entries()) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", entry.method, entry.status);
    }
    return text;
  }

  /// True when a request went anywhere but to the registry.
  bool left_home() {
    return std::ranges::any_of(transport.journal().entries(),
                               [&](const JournalEntry& entry) { return entry.origin != "https://" + host; });
  }

  std::size_t count(std::string_view method, std::string_view part = {}) {
    return transport.journal().count(method, part);
  }

  std::string host;
  FakeClock clock;
  Faults faults;
  MemoryRegistry registry;
  ScriptedTransport transport;
  std::vector<std::string>
      waits;  ///< `HOST WAIT ms: REASON`, with `asked` behind the wait when the server asked for it
  std::vector<std::string> warnings;
  RegistryClient client;

 private:
  ocibuild::RegistryOptions listening(ocibuild::RegistryOptions options) {
    options.waits = [this](const RetryWait& wait) {
      waits.push_back(
          fmt::format("{} {} ms{}: {}", wait.host, wait.wait.count(), wait.asked ? " asked" : "", wait.reason));
    };
    options.warnings = [this](std::string_view text) { warnings.emplace_back(text); };
    return options;
  }
};

inline Blob blob_of(std::string content) {
  return memory_blob("application/octet-stream", std::move(content));
}

/// True when one of the lines has `part` in it.
inline bool any_says(const std::vector<std::string>& lines, std::string_view part) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

/// Everything that a person sees of an error.
inline std::string shown(const Error& error) {
  std::string text = error.what();
  for (const std::string& note : error.notes()) text += "\n" + note;
  for (const std::string& help : error.help()) text += "\n" + help;
  return text;
}

}  // namespace ocibuild::testing
