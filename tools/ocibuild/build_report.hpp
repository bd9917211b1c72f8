// What a build tells others: the digests of its images, and buildx's metadata file.
#pragma once

#include <string>

#include "ocibuild/build/build.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// The content of docker-image-digests.json. `store` is where the build put its images: their indexes are read there.
ImageDigests image_digests(const BuildResult& result, const std::string& revision, const ReadStore& store);

/// Metadata with the keys of `docker buildx build --metadata-file`; of several components by name, as `buildx bake`.
std::string metadata_json(const BuildResult& result);

}  // namespace ocibuild
