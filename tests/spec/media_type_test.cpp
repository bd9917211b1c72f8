// Media type grammar and meaning.
#include "ocibuild/spec/media_type.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace ocibuild;

TEST_CASE("media types follow RFC 6838 without parameters") {
  for (const std::string& text : {std::string{"a/b"}, std::string{media_type::layer_gzip},
                                  std::string{"application/vnd.x!#$&^_.+-1"}, std::string(127, 'a') + "/b"}) {
    CAPTURE(text);
    CHECK(is_media_type(text));
  }
  for (const std::string& text : {std::string{}, std::string{"a"}, std::string{"/b"}, std::string{"a/"},
                                  std::string{"a/b/c"}, std::string{"a/b; charset=utf-8"}, std::string{".a/b"},
                                  std::string{"a/+b"}, std::string(128, 'a') + "/b", std::string{"a/b\n"}}) {
    CAPTURE(text);
    CHECK_FALSE(is_media_type(text));
  }
}

TEST_CASE("indexes and manifests of both families are nodes, everything else is a blob") {
  CHECK(node_kind(media_type::index) == NodeKind::index);
  CHECK(node_kind(media_type::docker_list) == NodeKind::index);
  CHECK(node_kind(media_type::manifest) == NodeKind::manifest);
  CHECK(node_kind(media_type::docker_manifest) == NodeKind::manifest);
  CHECK(node_kind(media_type::config) == NodeKind::blob);
  CHECK(node_kind("application/vnd.docker.distribution.manifest.v1+prettyjws") == NodeKind::blob);
}

TEST_CASE("image configs of both families are told from other configs") {
  CHECK(is_image_config(media_type::config));
  CHECK(is_image_config(media_type::docker_config));
  CHECK_FALSE(is_image_config(media_type::empty));
}

TEST_CASE("layers of both families say how they are compressed") {
  CHECK(layer_compression(media_type::layer_tar) == Compression::none);
  CHECK(layer_compression(media_type::layer_gzip) == Compression::gzip);
  CHECK(layer_compression(media_type::layer_zstd) == Compression::zstd);
  CHECK(layer_compression(media_type::docker_layer_tar) == Compression::none);
  CHECK(layer_compression(media_type::docker_layer_gzip) == Compression::gzip);
  CHECK(layer_compression(media_type::docker_layer_zstd) == Compression::zstd);
  CHECK(layer_compression("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd") == Compression::zstd);
  CHECK(is_layer(media_type::layer_tar));
  CHECK_FALSE(is_layer(media_type::config));
  CHECK_FALSE(is_layer("application/vnd.oci.image.layer.v1.tar+lz4"));
}

TEST_CASE("layers that must not be uploaded are recognised") {
  CHECK(is_nondistributable("application/vnd.oci.image.layer.nondistributable.v1.tar"));
  CHECK(is_nondistributable("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"));
  CHECK(is_nondistributable("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
  CHECK_FALSE(is_nondistributable(media_type::layer_gzip));
  CHECK_FALSE(is_nondistributable(media_type::config));
}

TEST_CASE("what both families have is spelled in either of them") {
  CHECK(family_of(media_type::docker_list) == Family::docker);
  CHECK(family_of(media_type::layer_gzip) == Family::oci);
  CHECK(in_family(Family::docker, media_type::index) == media_type::docker_list);
  CHECK(in_family(Family::docker, media_type::docker_config) == media_type::docker_config);
  CHECK(in_family(Family::oci, media_type::docker_layer_zstd) == media_type::layer_zstd);
  CHECK(in_family(Family::docker, media_type::empty) == media_type::empty);
}
