// Where documents with credentials lie.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ocibuild/registry/credentials.hpp"
#include "registry/credential_document.hpp"

namespace ocibuild {

/// One place, which need not exist.
struct CredentialPlace {
  enum class Presence { optional, required };

  std::filesystem::path path;  ///< empty: the document is `text`
  std::string text;
  std::string title;  ///< for people: the path, `~` for the home directory, or the name of the variable
  DocumentKind kind = DocumentKind::config;
  Presence presence = Presence::optional;

  friend bool operator==(const CredentialPlace&, const CredentialPlace&) = default;
};

/// The value of a variable, or nothing when it is not set or empty.
std::optional<std::string> variable(const CredentialOptions& options, const std::string& name);

/// The places in the order in which they are asked. Touches no file.
std::vector<CredentialPlace> credential_places(const CredentialOptions& options);

/// The document at a place, or nothing when there is none. Throws Error{invalid_document} as CredentialDocument and
/// read_file, {io}, and {not_found} for one that is required.
std::optional<CredentialDocument> read_credentials(const CredentialPlace& place);

}  // namespace ocibuild
