// What a server wants to be shown before it answers: WWW-Authenticate (RFC 9110, 11.6.1).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// One challenge: `Bearer realm="https://ghcr.io/token",service="ghcr.io"`.
struct Challenge {
  std::string scheme;                             ///< lower case
  std::map<std::string, std::string> parameters;  ///< names in lower case; of two with one name the first counts

  /// The value of that parameter, or nothing.
  std::optional<std::string> parameter(std::string_view name) const;

  friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// The challenges of one field value, in order. Lenient: what cannot be read is left out, because a challenge that can
/// be read may stand beside it. Takes time linear in the length of `value`, of which only the first 16 KiB count.
std::vector<Challenge> parse_challenges(std::string_view value);

}  // namespace ocibuild
