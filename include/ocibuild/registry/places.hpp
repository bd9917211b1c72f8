// Places, those in registries included.
#pragma once

#include "ocibuild/registry/client.hpp"
#include "ocibuild/store/place.hpp"

namespace ocibuild {

/// As open_for_reading of `store`, and for a registry the root that the tag or digest of the reference names. Throws
/// also as RegistryStore. The client lives longer than what is opened.
OpenedRoot open_for_reading(const Place& place, RegistryClient& client);

}  // namespace ocibuild
