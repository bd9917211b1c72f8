// What a request needs to be allowed to do.
#pragma once

#include <string>
#include <vector>

namespace ocibuild {

/// `repository:owner/name:pull,push`, as token servers understand it.
struct Scope {
  std::string repository;
  std::string actions;  ///< `pull` or `pull,push`

  std::string string() const { return "repository:" + repository + ":" + actions; }
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

/// The first one matters most: some servers read no other.
using Scopes = std::vector<Scope>;

inline Scopes pull_from(std::string repository) {
  return {{std::move(repository), "pull"}};
}
inline Scopes push_to(std::string repository) {
  return {{std::move(repository), "pull,push"}};
}

}  // namespace ocibuild
