// Opening registries like any other place.
#include "ocibuild/registry/places.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/registry/registry_store.hpp"

namespace ocibuild {

OpenedRoot open_for_reading(const Place& place, RegistryClient& client) {
  if (place.kind != PlaceKind::registry) return open_for_reading(place);
  const Reference reference = Reference::parse(place.name);
  return with_context(fmt::format("reading {}", reference.string()), [&] {
    auto store = std::make_unique<RegistryStore>(client, reference.registry, reference.repository);
    auto root = store->resolve(reference.tag_or_digest());
    if (!root) throw Error{Errc::not_found, "there is no such image"};
    std::string name = reference.digest ? reference.tag : reference.tag_or_digest();
    return OpenedRoot{.store = std::move(store), .root = std::move(*root), .name = std::move(name)};
  });
}

}  // namespace ocibuild
