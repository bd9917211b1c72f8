// Small but real images for tests: valid documents over layers that unpack.
#pragma once

#include <string>
#include <string_view>

#include "ocibuild/spec/descriptor.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild::testing {

struct SampleOptions {
  std::string architecture = "amd64";
  std::string greeting = "hello";  ///< the content of the one file in the layer
  Compression compression = Compression::none;
};

/// Puts an image with one layer into `store`: config, layer, manifest. Returns the manifest, with its platform.
Descriptor put_sample_image(Store& store, const SampleOptions& options = {});

/// Puts an index over one sample image for amd64 and one for arm64. Returns the index.
Descriptor put_sample_index(Store& store, std::string_view greeting = "hello");

}  // namespace ocibuild::testing
