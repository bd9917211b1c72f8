// docker-image-digests.json: which digest each component of a build has. The contract between a build and everything
// that deploys it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild {

/// Largest digests file that is read.
inline constexpr std::size_t max_digests_file = 16 << 20;

/// The image of a component for one platform.
struct PlatformDigest {
  Digest digest;           ///< of its manifest
  std::uint64_t size = 0;  ///< bytes of manifest, config and layers

  friend bool operator==(const PlatformDigest&, const PlatformDigest&) = default;
};

/// What a build made of a component.
struct ComponentDigests {
  std::string image;                                ///< `ghcr.io/o/demon-engine`, without tag and digest
  Digest digest;                                    ///< of the index
  std::vector<std::string> tags;                    ///< in the order they were asked for
  std::uint64_t size = 0;                           ///< bytes of all platforms
  std::map<std::string, PlatformDigest> platforms;  ///< by platform, as in `linux/arm64`
  std::optional<Index> index;  ///< what `digest` names; absent where another program wrote the file

  /// `image@digest`.
  std::string reference() const;

  friend bool operator==(const ComponentDigests&, const ComponentDigests&) = default;
};

/// The whole file.
struct ImageDigests {
  std::string generated_by;                            ///< `ocibuild 0.1.0`
  std::string revision;                                ///< commit; empty: none
  std::map<std::string, ComponentDigests> components;  ///< by name

  friend bool operator==(const ImageDigests&, const ImageDigests&) = default;
};

/// The document: indented, keys sorted, the same bytes for the same value. Throws Error{invalid_argument} for what
/// parse_digests would refuse.
std::string serialize(const ImageDigests& digests);

/// Reads a document strictly: version, names, images, tags, digests, `reference` and `index` that agree with `digest`.
/// Unknown members are passed over. Throws Error{invalid_document} naming the member, and {unsupported} for another
/// schemaVersion.
ImageDigests parse_digests(std::string_view document);

/// The index of component `name`. Throws Error{invalid_document} when it is absent: then nothing can be joined to it.
const Index& require_index(const std::string& name, const ComponentDigests& component);

/// Joins what the jobs of one build made: each of them some components, or some platforms, or both. A component that
/// several jobs built for different platforms gets the index that a single build would have made. The result does not
/// depend on the order of `parts`, and `generated_by` is left empty.
///
/// Throws Error{invalid_document} when revisions, images or tags of one component, or digests of one platform differ,
/// and when an index has to be made but a part does not contain its own.
ImageDigests merge_digests(std::span<const ImageDigests> parts);

}  // namespace ocibuild
