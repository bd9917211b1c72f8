// A document with credentials: docker's config.json, auth.json of containers, ~/.dockercfg.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "ocibuild/registry/credentials.hpp"
#include "spec/json.hpp"

namespace ocibuild {

enum class DocumentKind {
  config,  ///< `auths`, `credHelpers`, `credsStore`
  auths,   ///< only `auths`, whatever else is there
  legacy,  ///< the members of the document are those of `auths`
};

/// A program to be asked for a credential.
struct HelperCall {
  std::string suffix;    ///< of `docker-credential-SUFFIX`, as it was found
  std::string server;    ///< what the helper knows the registry by
  std::string registry;  ///< whose credential is wanted, as comparable_registry spells it

  friend bool operator==(const HelperCall&, const HelperCall&) = default;
};

/// What a document says about a repository: nothing, the credential, or who is to be asked for it.
using DocumentAnswer = std::variant<std::monostate, Credential, HelperCall>;

/// Documents above this size are refused: a config.json with a hundred registries has 20 KiB.
inline constexpr std::size_t max_credential_document = 1 << 20;

/// A document that was read. Its errors name `title` and quote nothing, because everything in it may be secret.
class CredentialDocument {
 public:
  /// `title` is how people know the document, and becomes Credential::source. White space alone is an empty document.
  /// Throws Error{invalid_document}.
  CredentialDocument(std::string_view text, std::string title, DocumentKind kind);

  const std::string& title() const noexcept { return title_; }

  /// What the document says about a repository of a registry. Entries of other registries do not matter, even when they
  /// are broken. Throws Error{invalid_document} when the entry that fits best is broken.
  DocumentAnswer find(std::string_view registry, std::string_view repository) const;

 private:
  std::string title_;
  JsonValue auths_;
  JsonValue helpers_;
  std::string store_;
};

}  // namespace ocibuild
