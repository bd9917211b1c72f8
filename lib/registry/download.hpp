// Fetching a blob, and going on where a download broke off.
#pragma once

#include <memory>

#include "registry/upload.hpp"

namespace ocibuild {

/// The bytes of a blob, not yet verified: wrap it in a VerifyingSource. Opens the download at once. Throws
/// Error{not_found} when the repository does not have it.
std::unique_ptr<Source> download(Exchange& exchange, const Repository& repository, const Descriptor& blob);

}  // namespace ocibuild
