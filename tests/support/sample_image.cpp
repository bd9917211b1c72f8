// Small but real images for tests.
#include "support/sample_image.hpp"

#include <array>
#include <optional>

#include "ocibuild/layer/layer.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild::testing {

Descriptor put_sample_image(Store& store, const SampleOptions& options) {
  const std::array entries{
      FileEntry{.path = "etc/greeting", .content = std::make_shared<const std::string>(options.greeting)}};
  std::optional<Layer> layer;
  store.add([&](Sink& sink) {
    layer = write_layer(entries, {.compression = options.compression}, sink);
    return layer->descriptor;
  });
  const Platform platform = Platform::parse("linux/" + options.architecture);
  Config config{.platform = platform};
  config.config.entrypoint = {"/bin/true"};
  config.diff_ids = {layer->diff_id};
  config.history = {History{.created_by = "a test"}};
  const Blob config_blob = memory_blob(media_type::config, serialize(config));
  store.put(config_blob);
  const Manifest manifest{.config = config_blob.descriptor, .layers = {layer->descriptor}};
  const Blob manifest_blob = memory_blob(manifest.media_type, serialize(manifest));
  store.put(manifest_blob);
  Descriptor root = manifest_blob.descriptor;
  root.platform = platform;
  return root;
}

Descriptor put_sample_index(Store& store, std::string_view greeting) {
  Index index;
  for (const char* architecture : {"amd64", "arm64"}) {
    index.manifests.push_back(
        put_sample_image(store, {.architecture = architecture, .greeting = std::string{greeting}}));
  }
  const Blob blob = memory_blob(index.media_type, serialize(index));
  store.put(blob);
  return blob.descriptor;
}

}  // namespace ocibuild::testing
