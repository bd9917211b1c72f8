// Places: how people name a store and a root in it on a command line.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/spec/digest.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

enum class PlaceKind { registry, layout, oci_archive, docker_archive };

/// `oci:DIR[:name][@digest]`, the same with `oci-archive:FILE` and `docker-archive:FILE`, or a reference with optional
/// `docker://`.
struct Place {
  PlaceKind kind = PlaceKind::registry;
  std::filesystem::path path;         ///< layout and archives; it cannot contain a colon
  std::string name;                   ///< of the root in there, empty: absent; registry: the reference as it was given
  std::optional<Digest> digest = {};  ///< of the root in a layout or archive, whatever its name is; not for writing

  /// Throws Error{invalid_argument}, {unsupported} for a transport of other tools.
  static Place parse(std::string_view text);

  /// The place as it would be parsed again.
  std::string string() const;

  friend bool operator==(const Place&, const Place&) = default;
};

/// A store with the root that was asked for.
struct OpenedRoot {
  std::unique_ptr<ReadStore> store;
  Descriptor root;
  std::string name;  ///< by which it was asked for, else the first it has there; empty: it has none
};

/// Opens a place and finds its root: by its digest, else by its name, else the only one there is. Throws
/// Error{not_found} with the names there are, and as the stores do; {unsupported} for a registry.
OpenedRoot open_for_reading(const Place& place);

/// Opens a place for `put`, `tag(root, place.name)` and `finish`. Throws as the stores do; Error{invalid_argument} for
/// a digest, {unsupported} for a registry.
std::unique_ptr<Store> open_for_writing(const Place& place, const LayoutOptions& options = {});

}  // namespace ocibuild
