// Talking to registries: one client for all that a process has to do with them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/retry.hpp"
#include "ocibuild/http/transport.hpp"
#include "ocibuild/registry/credentials.hpp"

namespace ocibuild {

struct RegistryOptions {
  FindCredential credentials;               ///< empty: every request is anonymous
  std::vector<std::string> insecure_hosts;  ///< `host` or `host:port` that may be spoken to in plain http
  RetryOptions retry;
  std::function<void(const RetryWait&)> waits;          ///< before each wait; from any thread, one at a time
  std::function<void(std::string_view text)> warnings;  ///< what a registry warns of, each text once
};

class Exchange;

/// What is shared by all requests to registries: connections, tokens, rate limits, and which way of uploading works
/// where. Safe for use by several threads at once.
class RegistryClient {
 public:
  /// The transport lives longer than this object.
  RegistryClient(Transport& transport, Clock clock, RegistryOptions options = {});
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;
  ~RegistryClient();

  /// Number of attempts that were not the first.
  unsigned retries() const;

  /// For the files of this library.
  Exchange& exchange() noexcept { return *exchange_; }

 private:
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace ocibuild
