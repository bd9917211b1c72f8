// Sending one blob to a repository, whatever happens on the way.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ocibuild/registry/registry_store.hpp"
#include "ocibuild/store/store.hpp"
#include "registry/exchange.hpp"

namespace ocibuild {

/// A repository of a registry, and the URLs in it.
struct Repository {
  Host& host;
  std::string name;
  Access access = Access::read;

  /// What questions are asked with. Who may write asks with the same token: GHCR refuses one that is only for reading
  /// when the package does not exist yet.
  Scopes scopes() const { return access == Access::write ? push_to(name) : pull_from(name); }

  Url url(std::string_view path) const { return host.base.resolve("/v2/" + name + "/" + std::string{path}); }
};

/// What it means that a registry sends who asks for a blob on to its storage. Storages are shared: one that has the
/// blob says nothing about a repository that was found not to know it.
enum class ToStorage { is_there, may_be_there };

/// True when the repository has the blob in its size. One HEAD, tried again by the policy.
bool has_blob(Exchange& exchange, const Repository& repository, const Descriptor& blob);

/// Puts a blob there unless it is there already. First asks for it; then, for each of `sources`, tries to mount it from
/// that repository of the same registry; then uploads. A failed upload starts again with the question: the answer to
/// the first may have been lost. Throws Error{unavailable, denied, unauthorized, digest_mismatch}.
BlobOutcome place_blob(Exchange& exchange, const Repository& repository, const Blob& blob,
                       const std::vector<std::string>& sources, ToStorage to_storage = ToStorage::is_there);

}  // namespace ocibuild
