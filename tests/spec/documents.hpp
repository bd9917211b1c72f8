// Documents with every field set, for tests that compare bytes.
#pragma once

#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild::testing {

inline Descriptor full_descriptor() {
  Descriptor descriptor = describe(media_type::manifest, "{}");
  descriptor.urls = {"https://example.org/blob"};
  descriptor.annotations = {{"b", "2"}, {"a", ""}};
  descriptor.data = "{}";
  descriptor.artifact_type = "application/x.example";
  descriptor.platform = Platform{.architecture = "amd64",
                                 .os = "windows",
                                 .os_version = "10.0",
                                 .os_features = {"win32k"},
                                 .variant = "v2",
                                 .unknown = {{"features", R"(["sse4"])"}}};
  descriptor.unknown = {{"z.example", "[1.50,1e2,null]"}};
  return descriptor;
}

inline Manifest full_manifest() {
  return {.artifact_type = "application/x.example",
          .config = describe(media_type::config, "config"),
          .layers = {describe(media_type::layer_gzip, "base"), describe(media_type::layer_zstd, "top")},
          .subject = describe(media_type::manifest, "subject"),
          .annotations = {{"org.opencontainers.image.source", "https://example.org/<a>&\"é\""}},
          .unknown = {{"x", R"({"nested":{"deep":true}})"}}};
}

inline Index full_index() {
  return {.artifact_type = "application/x.example",
          .manifests = {full_descriptor()},
          .subject = describe(media_type::index, "subject"),
          .annotations = {{"k", "v"}},
          .unknown = {{"x", "\"y\""}}};
}

inline Config full_config() {
  return {
      .created = "2026-01-02T03:04:05Z",
      .author = "Ada",
      .platform = {.architecture = "arm64", .os = "linux", .os_version = "6", .os_features = {"f"}, .variant = "v8"},
      .config = {.user = "65532:65532",
                 .exposed_ports = {"3000/tcp"},
                 .env = {"PATH=/bin", "A=b"},
                 .entrypoint = {"/app"},
                 .cmd = {"--serve"},
                 .volumes = {"/data"},
                 .working_dir = "/",
                 .labels = {{"l", "m"}},
                 .stop_signal = "SIGTERM",
                 .unknown = {{"Healthcheck", R"({"Test":["NONE"]})"}}},
      .diff_ids = {Digest::of("base"), Digest::of("top")},
      .rootfs_unknown = {{"base_layer", "\"x\""}},
      .history = {{.created = "2026-01-02T03:04:05.123Z",
                   .author = "Ada",
                   .created_by = "COPY",
                   .comment = "c",
                   .empty_layer = true,
                   .unknown = {{"h", "1"}}},
                  {.created_by = "RUN"}},
      .unknown = {{"docker_version", "\"27\""}}};
}

}  // namespace ocibuild::testing
