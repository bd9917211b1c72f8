// What media types mean, for the OCI and the Docker family alike.
#include "ocibuild/spec/media_type.hpp"

#include <algorithm>
#include <array>

#include "spec/text.hpp"

namespace ocibuild {
namespace {

enum class Distribution { normal, restricted };

struct LayerType {
  std::string_view media_type;
  Compression compression;
  Distribution distribution;
};

constexpr std::array layer_types = {
    LayerType{media_type::layer_tar, Compression::none, Distribution::normal},
    LayerType{media_type::layer_gzip, Compression::gzip, Distribution::normal},
    LayerType{media_type::layer_zstd, Compression::zstd, Distribution::normal},
    LayerType{media_type::docker_layer_tar, Compression::none, Distribution::normal},
    LayerType{media_type::docker_layer_gzip, Compression::gzip, Distribution::normal},
    LayerType{media_type::docker_layer_zstd, Compression::zstd, Distribution::normal},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none, Distribution::restricted},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip,
              Distribution::restricted},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression::zstd,
              Distribution::restricted},
    LayerType{"application/vnd.docker.image.rootfs.foreign.diff.tar", Compression::none, Distribution::restricted},
    LayerType{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip, Distribution::restricted},
};

struct Twins {
  std::string_view oci;
  std::string_view docker;
};

constexpr std::array twins = {
    Twins{media_type::index, media_type::docker_list},
    Twins{media_type::manifest, media_type::docker_manifest},
    Twins{media_type::config, media_type::docker_config},
    Twins{media_type::layer_tar, media_type::docker_layer_tar},
    Twins{media_type::layer_gzip, media_type::docker_layer_gzip},
    Twins{media_type::layer_zstd, media_type::docker_layer_zstd},
};

const LayerType* find_layer(std::string_view media_type) noexcept {
  const auto found = std::ranges::find(layer_types, media_type, &LayerType::media_type);
  return found == layer_types.end() ? nullptr : &*found;
}

bool is_restricted_name_char(char c) noexcept {
  return is_alphanumeric(c) || std::string_view{"!#$&^_.+-"}.find(c) != std::string_view::npos;
}

// restricted-name of RFC 6838 4.2
bool is_restricted_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 127 && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, is_restricted_name_char);
}

}  // namespace

bool is_media_type(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_restricted_name(text.substr(0, slash)) &&
         is_restricted_name(text.substr(slash + 1));
}

NodeKind node_kind(std::string_view media_type) noexcept {
  if (media_type == media_type::index || media_type == media_type::docker_list) return NodeKind::index;
  if (media_type == media_type::manifest || media_type == media_type::docker_manifest) return NodeKind::manifest;
  return NodeKind::blob;
}

Family family_of(std::string_view media_type) noexcept {
  return media_type.starts_with("application/vnd.docker.") ? Family::docker : Family::oci;
}

std::string_view in_family(Family family, std::string_view media_type) noexcept {
  for (const Twins& pair : twins) {
    if (media_type == pair.oci || media_type == pair.docker) return family == Family::docker ? pair.docker : pair.oci;
  }
  return media_type;
}

bool is_image_config(std::string_view media_type) noexcept {
  return media_type == media_type::config || media_type == media_type::docker_config;
}

bool is_layer(std::string_view media_type) noexcept {
  return find_layer(media_type) != nullptr;
}

Compression layer_compression(std::string_view media_type) noexcept {
  const LayerType* const layer = find_layer(media_type);
  return layer == nullptr ? Compression::none : layer->compression;
}

bool is_nondistributable(std::string_view media_type) noexcept {
  const LayerType* const layer = find_layer(media_type);
  return layer != nullptr && layer->distribution == Distribution::restricted;
}

}  // namespace ocibuild
