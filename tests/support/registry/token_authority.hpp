// Who may do what: challenges, tokens and the token server of a test registry. Private to the test registry.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/registry/message.hpp"
#include "support/registry/options.hpp"

namespace ocibuild::testing {

/// `repository:NAME:ACTION,ACTION` (docker's spec/auth/scope.md).
struct Scope {
  std::string name;
  std::set<std::string> actions;
};

std::string to_string(const Scope& scope);

enum class Spend { no, yes };

/// Issues tokens and judges what is shown. Not thread-safe: the registry locks.
class TokenAuthority {
 public:
  explicit TokenAuthority(std::function<std::chrono::milliseconds()> now) : now_{std::move(now)} {}

  /// The token endpoint.
  ServerResponse token(const AuthOptions& options, const ServerRequest& request, const Target& target);

  /// Why the request may not be performed, as the registry answers it. A token that is good is used once more, unless
  /// `spend` says otherwise.
  std::optional<ServerResponse> refusal(const AuthOptions& options, const ServerRequest& request,
                                        const std::vector<Scope>& needed, Spend spend);

  /// Every token issued so far is stale from now on.
  void expire_tokens() { live_.clear(); }

  /// Every token ever issued, in order.
  const std::vector<std::string>& issued() const noexcept { return issued_; }

 private:
  struct Token {
    std::vector<Scope> granted;
    std::chrono::milliseconds issued_at{};
    std::size_t uses = 0;
  };

  ServerResponse issue(const AuthOptions& options, std::vector<Scope> granted, bool from_form);
  std::optional<ServerResponse> bearer_refusal(const AuthOptions& options, const ServerRequest& request,
                                               const std::vector<Scope>& needed, Spend spend);

  std::function<std::chrono::milliseconds()> now_;
  std::map<std::string, Token, std::less<>> live_;
  std::vector<std::string> issued_;
};

}  // namespace ocibuild::testing
