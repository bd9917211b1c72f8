// Which Authorization a request gets: learned from challenges, cached, and bound to the registry's origin.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/secrets.hpp"
#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/headers.hpp"
#include "ocibuild/http/transport.hpp"
#include "ocibuild/registry/credentials.hpp"
#include "registry/scope.hpp"
#include "registry/token.hpp"

namespace ocibuild {

/// A registry as credentials are bound to it.
struct Registry {
  std::string name;  ///< as in a reference
  HttpOrigin origin;
};

/// The value of a header field Authorization, and when it was got.
struct Authorization {
  std::string value;
  std::chrono::milliseconds since{};  ///< on the clock
};

/// What became of a credential. Registries ask for one by a challenge; until then requests carry none.
enum class CredentialUse { not_asked_for, sent };

/// Remembers how each registry wants to be spoken to, and one token for each registry, token server and set of scopes.
/// Whoever needs a token that is being fetched waits for it. Safe for use by several threads at once.
class Authorizer {
 public:
  Authorizer(Transport& transport, Clock clock, FindCredential find, Secrets& secrets);
  ~Authorizer();

  /// What a request should carry from the start; nothing when the registry has not asked for anything yet. Throws as
  /// fetch_token.
  std::optional<Authorization> authorization(const Registry& registry, const Scopes& scopes);

  /// What to try after an answer of 401 (or a 403 that may mean the same) to a request that carried `used`; nothing
  /// when there is nothing else to try. Throws as fetch_token, and Error{denied} for a realm that is not safe.
  std::optional<Authorization> renewed(const Registry& registry, const Scopes& scopes, const Url& asked,
                                       const Headers& answer, const std::optional<Authorization>& used);

  /// For people: where the credential for such a request comes from, or that there is none, or that it was not sent.
  std::string who(const Registry& registry, const Scopes& scopes, CredentialUse use) const;

 private:
  struct Known;  // what is known of one registry
  struct Slot;   // one token

  Known& known(const Registry& registry);
  std::optional<Credential> credential(const Registry& registry, const Scopes& scopes) const;
  std::optional<Authorization> current(const Registry& registry, Known& known, const Scopes& scopes,
                                       const std::string& refused);
  Token fetch(const Registry& registry, const TokenServer& server, const Scopes& scopes,
              const std::optional<Credential>& credential);

  Transport& transport_;
  Clock clock_;
  FindCredential find_;
  Secrets& secrets_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Known>> known_;  // by origin
};

}  // namespace ocibuild
