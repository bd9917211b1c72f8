// Image manifests and indexes (image-spec v1.1.1, manifest.md and image-index.md; Docker v2 schema 2 alike).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/descriptor.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// Largest manifest or index that is read or written. distribution-spec v1.1.1: registries should take 4 MiB.
inline constexpr std::size_t max_manifest_size = 4 << 20;

/// One image for one platform: a config and its layers, base first.
struct Manifest {
  std::string media_type = std::string{media_type::manifest};
  std::string artifact_type;  ///< empty: absent
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  Annotations annotations;
  UnknownFields unknown;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Several manifests, usually one for each platform.
struct Index {
  std::string media_type = std::string{media_type::index};
  std::string artifact_type;  ///< empty: absent
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  Annotations annotations;
  UnknownFields unknown;

  friend bool operator==(const Index&, const Index&) = default;
};

/// The canonical document: members in the order of the specification's structs, maps sorted by key, no white space,
/// no final newline, unknown fields last. Throws Error{invalid_argument} for everything that parsing would refuse, for
/// text that is not UTF-8, a result over max_manifest_size, and an empty config without artifact type.
std::string serialize(const Manifest& manifest);
std::string serialize(const Index& index);

/// Reads a document strictly: size, depth, duplicate keys, digest and media type grammar, sizes that are whole numbers
/// from 0 to 2^63-1, embedded data that matches, and nothing that is a manifest and an index at once. An absent
/// `mediaType` is taken as `expected_media_type`; a different one is refused. Optional members that are `null` count as
/// absent, unknown ones are kept. Throws Error{invalid_document}, and {unsupported} for embedded data under a digest
/// that cannot be computed.
Manifest parse_manifest(std::string_view document, std::string_view expected_media_type = media_type::manifest);
Index parse_index(std::string_view document, std::string_view expected_media_type = media_type::index);

/// The document as a blob name: its media type, digest and size.
Descriptor describe(const Manifest& manifest);
Descriptor describe(const Index& index);

}  // namespace ocibuild
