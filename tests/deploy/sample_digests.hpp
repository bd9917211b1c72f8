// Digests files as a build writes them, from sample images.
#pragma once

#include <string>
#include <vector>

#include "ocibuild/deploy/digests.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild::testing {

/// An index entry whose digest is that of `content`.
inline Descriptor sample_manifest(const std::string& platform, const std::string& content) {
  Descriptor manifest = describe(media_type::manifest, content);
  manifest.platform = Platform::parse(platform);
  return manifest;
}

/// A component as a build describes it that made it for `platforms`.
inline ComponentDigests sample_component(const std::string& name, const std::vector<std::string>& platforms) {
  ComponentDigests component{.image = "ghcr.io/acme/demon-" + name, .digest = Digest::of(""), .tags = {"latest"}};
  Index index{.annotations = {{"org.opencontainers.image.title", name}}};
  for (const std::string& platform : platforms) {
    index.manifests.push_back(sample_manifest(platform, name + platform));
    component.platforms.emplace(platform, PlatformDigest{index.manifests.back().digest, 100});
    component.size += 100;
  }
  component.digest = describe(index).digest;
  component.index = index;
  return component;
}

/// A file with one component.
inline ImageDigests sample_digests(const std::string& name, const std::vector<std::string>& platforms) {
  return {.generated_by = {}, .revision = "c0ffee", .components = {{name, sample_component(name, platforms)}}};
}

}  // namespace ocibuild::testing
