// What refers to a manifest: attestations, signatures, SBOMs.
#pragma once

#include "registry/upload.hpp"

namespace ocibuild {

/// Enters a manifest that has a subject into the subject's fallback tag. Reads the list back, and enters it again where
/// somebody else's entry replaced ours.
void enter_referrer(Exchange& exchange, const Repository& repository, const Digest& subject,
                    const Descriptor& referrer);

/// True when the registry keeps the list of referrers itself.
bool has_referrers_api(Exchange& exchange, const Repository& repository);

/// The tag `sha256-<hex>` of a subject.
std::string fallback_tag(const Digest& subject);

}  // namespace ocibuild
