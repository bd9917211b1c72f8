// Manifests and indexes of a repository: asking, fetching and putting the documents that tags point at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registry/upload.hpp"

namespace ocibuild {

/// What a tag or digest names: media type, digest and size. By HEAD; where that says too little, by GET. Nothing when
/// there is no such thing.
std::optional<Descriptor> find_manifest(Exchange& exchange, const Repository& repository, const std::string& name);

/// What a tag names that is about to be set, whatever that is. Nothing also when it cannot be read: see
/// Exchange::is_there.
std::optional<Descriptor> find_replaced(Exchange& exchange, const Repository& repository, const std::string& tag);

/// True when the repository has just this manifest.
bool has_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest);

/// The same, asked before it is put: see Exchange::is_there.
bool is_manifest_there(Exchange& exchange, const Repository& repository, const Descriptor& manifest);

/// The bytes of a manifest, which may be at most max_manifest_size; not yet verified. Throws Error{not_found},
/// {invalid_document} when the Content-Type is another.
std::string fetch_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest);

/// The document with its descriptor, as the registry gives it now; nothing when there is none. Throws as above,
/// Error{digest_mismatch} when the registry's digest is another.
struct NamedDocument {
  Descriptor descriptor;
  std::string bytes;
};
std::optional<NamedDocument> read_manifest(Exchange& exchange, const Repository& repository, const std::string& name);

/// Puts a document under a tag or its digest, and checks that the registry stored just that. True when the registry
/// says that it entered it among the referrers of `subject`. Throws MissingChild, Error{digest_mismatch}.
bool put_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest,
                  const std::string& bytes, const std::string& name);

}  // namespace ocibuild
