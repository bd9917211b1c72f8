// A registry in memory: distribution-spec 1.1 as a function from requests to answers, without sockets.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/digest.hpp"
#include "support/registry/journal.hpp"
#include "support/registry/message.hpp"
#include "support/registry/options.hpp"

namespace ocibuild::testing {

enum class Corruption {
  flipped,    ///< one bit in the middle differs
  truncated,  ///< the last byte is gone
};

/// Safe for use by several threads at once.
class MemoryRegistry {
 public:
  /// `now` is what tokens expire by; without it time stands still.
  explicit MemoryRegistry(RegistryOptions options = {}, std::function<std::chrono::milliseconds()> now = {});
  ~MemoryRegistry();
  MemoryRegistry(const MemoryRegistry&) = delete;
  MemoryRegistry& operator=(const MemoryRegistry&) = delete;

  /// Performs the request and writes it into the journal.
  ServerResponse answer(const ServerRequest& request);

  /// Performs the request; the caller writes the journal.
  ServerResponse perform(const ServerRequest& request);

  /// Why the request with that head will be refused for want of credentials, before its body has come.
  std::optional<ServerResponse> refusal(const ServerRequest& head) const;

  /// Told when a request broke off or was refused outside; `part` has what arrived. A broken PATCH keeps that, unless
  /// sessions die.
  void interrupted(const ServerRequest& part);

  Journal& journal() noexcept { return journal_; }
  const Journal& journal() const noexcept { return journal_; }

  /// From now on it behaves so.
  void configure(RegistryOptions options);
  RegistryOptions options() const;

  bool contains_blob(std::string_view repository, const Digest& digest) const;
  bool contains_manifest(std::string_view repository, const Digest& digest) const;
  std::optional<std::string> blob(std::string_view repository, const Digest& digest) const;
  std::optional<std::string> manifest(std::string_view repository,
                                      std::string_view reference) const;  ///< tag or digest
  std::optional<Digest> tag(std::string_view repository, std::string_view name) const;
  std::vector<std::string> repositories() const;
  std::map<std::string, std::string> tags(std::string_view repository) const;  ///< with the digests they name
  std::vector<std::string> blobs(std::string_view repository) const;           ///< digests, sorted
  std::vector<std::string> manifests(std::string_view repository) const;       ///< digests, sorted
  std::size_t open_uploads() const;

  /// Puts content without asking whether it makes sense.
  Digest put_blob(std::string_view repository, std::string content);
  Digest put_manifest(std::string_view repository, std::string_view media_type, std::string body,
                      std::string_view tag = {});
  void put_tag(std::string_view repository, std::string_view name, const Digest& digest);

  /// Spoils the blob or manifest in every repository that has it; false when none has.
  bool corrupt(const Digest& digest, Corruption corruption);

  /// Loses the blob or manifest in every repository.
  void forget(const Digest& digest);

  void expire_tokens();
  std::vector<std::string> issued_tokens() const;

 private:
  struct State;

  mutable std::mutex mutex_;
  std::unique_ptr<State> state_;
  Journal journal_;
};

}  // namespace ocibuild::testing
