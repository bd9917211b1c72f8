// A repository of a registry as a store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ocibuild/registry/client.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// What became of a blob that was to be put.
enum class BlobOutcome {
  present,   ///< it was there
  mounted,   ///< taken over from another repository of the registry
  uploaded,  ///< sent
};

/// What a repository is opened for. Decides what is asked of token servers, not what can be called.
enum class Access { read, write };

struct Repository;

/// Talks to one repository. Blobs and manifests are the registry's own; names are its tags, and `resolve` also takes a
/// digest. Safe for use by several threads at once.
///
/// Everything throws Error{unavailable} for what may pass, {unauthorized, denied} for missing rights, {digest_mismatch}
/// when the registry says it has something else than it was given.
class RegistryStore final : public Store {
 public:
  /// `registry` and `repository` are as in Reference. Finds out how the registry is to be spoken to, which for hosts
  /// that may speak plain http takes a request. The client lives longer than this object.
  RegistryStore(RegistryClient& client, const std::string& registry, std::string repository,
                Access access = Access::read);
  ~RegistryStore() override;

  /// Asks once; what was there is remembered.
  bool contains(const Descriptor& descriptor) const override;

  /// A download that breaks off goes on where it stopped, when the registry can; it is verified all the same. A
  /// manifest whose Content-Type is not its media type is refused with Error{invalid_document}.
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view tag_or_digest) const override;

  /// The same of a tag that is about to be set. Nothing also when the registry answers 500 three times: one that was
  /// killed while it moved the tag says so for ever, and moves it anew.
  std::optional<Descriptor> resolve_replaced(const std::string& tag) const;

  /// Throws Error{unsupported}: a registry's tags can be listed, see list_tags, but not all that it has.
  std::vector<NamedRoot> roots() const override;

  /// A manifest or index goes where manifests are, by its digest; when it has a subject and the registry keeps no list
  /// of referrers, it is entered in the fallback tag. Throws MissingChild when the registry says that something below
  /// it is not there.
  void put(const Blob& blob) override;

  /// The same with what became of it; for a blob, repositories of the same registry that may have it.
  BlobOutcome place(const Blob& blob, const std::vector<std::string>& sources = {});

  /// Keeps the bytes in a temporary file until their digest is known.
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override;

  /// The name is a tag.
  void tag(const Descriptor& root, std::string_view name) override;

  /// Forgets that it is known to be there, so that it is asked for again, and a redirect to a storage is no proof.
  void forget(const Descriptor& descriptor);

 private:
  BlobOutcome place_manifest(const Blob& blob);
  std::string document(const Descriptor& root) const;
  bool is_known(const Descriptor& descriptor) const;
  bool is_doubted(const Descriptor& descriptor) const;
  void remember(const Descriptor& descriptor) const;

  RegistryClient& client_;
  std::unique_ptr<Repository> repository_;
  mutable std::mutex mutex_;
  mutable std::map<Digest, std::uint64_t> present_;  // with their sizes
  std::set<Digest> doubted_;                         // what was forgotten
  std::map<Digest, std::string> documents_;          // that were put here: a tag puts them again
};

/// The registry does not take a manifest because something below it is not there (any more).
class MissingChild final : public Error {
 public:
  explicit MissingChild(std::string message) : Error{Errc::unavailable, std::move(message)} {}
};

/// Every tag of a repository, in the registry's order, over all pages. Throws Error{not_found} when there is no such
/// repository, {unavailable} for a list that leads elsewhere or does not end.
std::vector<std::string> list_tags(RegistryClient& client, const std::string& registry, const std::string& repository);

/// What refers to `subject`: by the referrers API, else by the fallback tag (distribution-spec, listing referrers).
/// An artifact type filters; empty: all.
std::vector<Descriptor> list_referrers(RegistryClient& client, const std::string& registry,
                                       const std::string& repository, const Digest& subject,
                                       std::string_view artifact_type = {});

}  // namespace ocibuild
