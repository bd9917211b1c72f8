// The bytes of a blob on their way to a registry.
#pragma once

#include <exception>
#include <memory>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// The bytes of a blob, verified before the last of them is given out: what is wrong never arrives whole. Throws
/// Error{digest_mismatch}.
std::unique_ptr<Source> open_verified(const Blob& blob);

/// The same, and an Error that comes out is also left in `failure`: an Exchange cannot tell what goes wrong with
/// the content from what goes wrong with a connection.
std::unique_ptr<Source> open_watched(const Blob& blob, std::exception_ptr& failure);

}  // namespace ocibuild
