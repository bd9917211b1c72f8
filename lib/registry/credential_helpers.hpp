// Asking docker's credential helpers (docker/docker-credential-helpers).
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ocibuild/base/process.hpp"
#include "ocibuild/registry/credentials.hpp"
#include "registry/credential_document.hpp"

namespace ocibuild {

/// What came of asking a helper. Neither is set when it knows of no credential.
struct HelperAnswer {
  std::optional<Credential> credential;
  std::string failure;  ///< what is wrong with the helper, without anything it printed
};

/// Runs helpers, each once for a server. Safe for use by several threads at once: those who ask for what another thread
/// is asking for wait for its answer.
class CredentialHelpers {
 public:
  CredentialHelpers(RunCommand run, std::chrono::milliseconds timeout) : run_{std::move(run)}, timeout_{timeout} {}

  /// Asks the helper. `on_failure` is called by the one who ran it, before others see the answer. Throws only what
  /// `run` throws besides Error.
  HelperAnswer ask(const HelperCall& call, const std::function<void(const std::string& failure)>& on_failure);

 private:
  HelperAnswer run_helper(const HelperCall& call) const;

  RunCommand run_;
  std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_future<HelperAnswer>> answers_;  // by suffix and server
};

}  // namespace ocibuild
