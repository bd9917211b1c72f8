// What a build tells others: the digests file, buildx's metadata file, and the result of --json.
#pragma once

#include <string>

#include "ocibuild/build/build.hpp"

namespace ocibuild {

/// The content of docker-image-digests.json: the same bytes for the same build.
std::string digests_json(const BuildResult& result, const std::string& revision);

/// Metadata with the keys of `docker buildx build --metadata-file`; of several components by name, as `buildx bake`.
std::string metadata_json(const BuildResult& result);

/// `image@sha256:...`.
std::string pinned_reference(const BuiltComponent& component);

/// Bytes of all platforms.
std::uint64_t total_size(const BuiltComponent& component);

}  // namespace ocibuild
