// Media types: what the bytes of a blob are (image-spec v1.1.1, media-types.md, and Docker's v2 schema 2 twins).
#pragma once

#include <string_view>

namespace ocibuild {

namespace media_type {
inline constexpr std::string_view index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view config = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view layer_tar = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view layer_gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view layer_zstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view empty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view docker_list = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view docker_config = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view docker_layer_tar = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view docker_layer_gzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr std::string_view docker_layer_zstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
}  // namespace media_type

/// True when `text` is a type and a subtype by RFC 6838 4.2, without parameters.
bool is_media_type(std::string_view text) noexcept;

/// What a node of the graph is, whichever family (OCI or Docker) it belongs to.
enum class NodeKind {
  index,     ///< lists manifests
  manifest,  ///< lists a config and layers
  blob,      ///< anything else: has no children
};
NodeKind node_kind(std::string_view media_type) noexcept;

/// Who defined a media type, and so which documents go together: Docker's own and OCI's are alike, but not mixed.
enum class Family { oci, docker };
Family family_of(std::string_view media_type) noexcept;

/// The type that means the same in `family`; `media_type` itself when it is of that family or has no twin there.
std::string_view in_family(Family family, std::string_view media_type) noexcept;

/// True for an image config, of either family.
bool is_image_config(std::string_view media_type) noexcept;

/// How the tar of a layer is compressed.
enum class Compression { none, gzip, zstd };

/// True for a filesystem layer of either family, distributable or not; then `compression` is how it is compressed.
bool is_layer(std::string_view media_type) noexcept;
Compression layer_compression(std::string_view media_type) noexcept;

/// True for a layer that must not be uploaded (image-spec: non-distributable; Docker: foreign).
bool is_nondistributable(std::string_view media_type) noexcept;

}  // namespace ocibuild
