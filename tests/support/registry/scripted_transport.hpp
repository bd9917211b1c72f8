// A Transport without sockets: requests go straight to registries in memory, through their faults.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "ocibuild/http/transport.hpp"
#include "support/registry/faults.hpp"
#include "support/registry/journal.hpp"
#include "support/registry/memory_registry.hpp"

namespace ocibuild::testing {

/// Connection faults become Error{unavailable}: out of `send`, or out of the read of the answer's body. A stall is one
/// at once, as if a deadline had passed. Redirects are answers, as for every Transport.
class ScriptedTransport final : public Transport {
 public:
  ScriptedTransport() = default;

  /// One registry.
  ScriptedTransport(std::string origin, MemoryRegistry& registry) { route(std::move(origin), registry); }

  /// From now on requests to that origin (`scheme://host[:port]`, as to_string(HttpOrigin) writes it) go to `registry`.
  /// Both must outlive this transport. Without a route a host cannot be resolved.
  void route(std::string origin, MemoryRegistry& registry);
  void route(std::string origin, MemoryRegistry& registry, Faults& faults);

  HttpResponse send(const HttpRequest& request) override;

  /// Every request to any origin, also to those without a route.
  Journal& journal() noexcept { return journal_; }

 private:
  struct Site {
    MemoryRegistry* registry = nullptr;
    Faults* faults = nullptr;
  };

  Site site(const std::string& origin) const;

  mutable std::mutex mutex_;
  std::map<std::string, Site> sites_;
  Journal journal_;
};

}  // namespace ocibuild::testing
