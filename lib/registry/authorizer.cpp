// Learning challenges and caching tokens.
#include "registry/authorizer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/challenge.hpp"
#include "ocibuild/spec/digest.hpp"

namespace ocibuild {
namespace {

constexpr std::chrono::milliseconds safety_margin{10'000};  // a token is not used in its last seconds

enum class Scheme { unknown, basic, bearer };

/// Bearer before Basic; others are not for us.
const Challenge* preferred(const std::vector<Challenge>& challenges) {
  for (const std::string_view scheme : {"bearer", "basic"}) {
    const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
    if (found != challenges.end()) return &*found;
  }
  return nullptr;
}

std::vector<Challenge> challenges_of(const Headers& answer) {
  std::vector<Challenge> all;
  for (const std::string& value : answer.all("WWW-Authenticate")) {
    for (Challenge& challenge : parse_challenges(value)) all.push_back(std::move(challenge));
  }
  return all;
}

/// Tells tokens apart without keeping the secret in a key.
std::string fingerprint(const std::optional<Credential>& credential) {
  if (!credential) return "anonymous";
  return Digest::of(credential->username + '\n' + credential->password + '\n' + credential->identity_token).string();
}

std::string slot_key(const TokenServer& server, Scopes scopes, const std::optional<Credential>& credential) {
  std::ranges::sort(scopes);
  std::string key = server.realm.string() + '\n' + server.service + '\n' + fingerprint(credential);
  for (const Scope& scope : scopes) key += '\n' + scope.string();
  return key;
}

}  // namespace

struct Authorizer::Slot {
  std::mutex mutex;  // held while fetching, so that one fetch serves all
  std::optional<Token> token;
  std::chrono::milliseconds since{};
};

struct Authorizer::Known {
  std::mutex mutex;
  Scheme scheme = Scheme::unknown;
  std::optional<TokenServer> server;
  std::map<std::string, std::shared_ptr<Slot>> slots;
};

Authorizer::Authorizer(Transport& transport, Clock clock, FindCredential find, Secrets& secrets)
    : transport_{transport}, clock_{std::move(clock)}, find_{std::move(find)}, secrets_{secrets} {}

Authorizer::~Authorizer() = default;

Authorizer::Known& Authorizer::known(const Registry& registry) {
  const std::lock_guard lock{mutex_};
  std::unique_ptr<Known>& entry = known_[to_string(registry.origin)];
  if (!entry) entry = std::make_unique<Known>();
  return *entry;
}

std::optional<Credential> Authorizer::credential(const Registry& registry, const Scopes& scopes) const {
  if (!find_) return {};
  auto found = find_(registry.name, scopes.empty() ? "" : scopes.front().repository);
  if (!found) return {};
  for (const std::string* secret : {&found->password, &found->identity_token, &found->registry_token})
    secrets_.add(*secret);
  if (!found->username.empty()) secrets_.add(basic_authorization(*found).substr(6));
  return found;
}

std::string Authorizer::who(const Registry& registry, const Scopes& scopes, CredentialUse use) const {
  const std::optional<Credential> credential = this->credential(registry, scopes);
  if (!credential || use == CredentialUse::sent) return describe_source(credential);
  return fmt::format("the request was anonymous: the registry did not ask for a credential as in {}",
                     credential->source);
}

std::optional<Authorization> Authorizer::authorization(const Registry& registry, const Scopes& scopes) {
  return current(registry, known(registry), scopes, "");
}

std::optional<Authorization> Authorizer::renewed(const Registry& registry, const Scopes& scopes, const Url& asked,
                                                 const Headers& answer, const std::optional<Authorization>& used) {
  Known& known = this->known(registry);
  const std::vector<Challenge> challenges = challenges_of(answer);
  if (const Challenge* challenge = preferred(challenges)) {
    std::optional<TokenServer> server;
    if (challenge->scheme == "bearer") {
      const auto realm = challenge->parameter("realm");
      if (!realm) throw Error{Errc::unauthorized, "401 with a Bearer challenge that names no token server"};
      server = TokenServer{require_safe_realm(asked, *realm, secrets_), challenge->parameter("service").value_or("")};
    }
    const std::lock_guard lock{known.mutex};
    known.scheme = server ? Scheme::bearer : Scheme::basic;
    known.server = std::move(server);
  } else {
    // Some registries refuse without a challenge; where there is a user, Basic is worth a try.
    const std::lock_guard lock{known.mutex};
    if (known.scheme == Scheme::unknown) known.scheme = Scheme::basic;
  }
  auto next = current(registry, known, scopes, used ? used->value : "");
  if (next && used && next->value == used->value) return {};
  return next;
}

std::optional<Authorization> Authorizer::current(const Registry& registry, Known& known, const Scopes& scopes,
                                                 const std::string& refused) {
  Scheme scheme = Scheme::unknown;
  std::optional<TokenServer> server;
  {
    const std::lock_guard lock{known.mutex};
    scheme = known.scheme;
    server = known.server;
  }
  if (scheme == Scheme::unknown) return {};
  const std::optional<Credential> credential = this->credential(registry, scopes);
  if (credential && !credential->registry_token.empty())
    return Authorization{"Bearer " + credential->registry_token, {}};
  if (scheme == Scheme::basic) {
    if (!credential || credential->username.empty()) return {};
    return Authorization{basic_authorization(*credential), {}};
  }
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock{known.mutex};
    std::shared_ptr<Slot>& entry = known.slots[slot_key(*server, scopes, credential)];
    if (!entry) entry = std::make_shared<Slot>();
    slot = entry;
  }
  const std::lock_guard lock{slot->mutex};
  const std::chrono::milliseconds now = clock_.now();
  const bool usable = slot->token && now < slot->since + slot->token->lifetime - safety_margin &&
                      "Bearer " + slot->token->value != refused;
  if (!usable) {
    slot->token.reset();
    slot->token = fetch(registry, *server, scopes, credential);
    slot->since = clock_.now();
  }
  return Authorization{"Bearer " + slot->token->value, slot->since};
}

Token Authorizer::fetch(const Registry& registry, const TokenServer& server, const Scopes& scopes,
                        const std::optional<Credential>& credential) {
  const auto ask = [&](const Scopes& wanted) {
    Token token = fetch_token(transport_, {registry.name, server, wanted, credential, clock_.unix_time()}, secrets_);
    secrets_.add(token.value);
    return token;
  };
  try {
    return ask(scopes);
  } catch (const Error& error) {
    const bool refused = error.code() == Errc::denied || error.code() == Errc::unauthorized;
    if (!refused || scopes.size() < 2) throw;
  }
  return ask({scopes.front()});  // a source to mount from may be out of reach; the target alone may not be
}

}  // namespace ocibuild
