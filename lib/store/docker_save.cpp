// Reading and writing manifest.json (moby, daemon/internal/image/tarexport).
#include "store/docker_save.hpp"

#include <fmt/format.h>

#include "spec/json.hpp"
#include "spec/json_object.hpp"
#include "spec/json_writer.hpp"

namespace ocibuild {

std::vector<SavedImage> parse_saved_images(std::string_view document) {
  const JsonValue value = parse_json(document, max_saved_images_size);
  if (value.kind != JsonValue::Kind::array) throw_unexpected("the document", value, "an array");
  std::vector<SavedImage> images;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    JsonObject object{value.items[i], fmt::format("[{}]", i)};
    images.push_back({.config = object.string("Config"),
                      .repo_tags = object.optional_strings("RepoTags"),
                      .layers = object.optional_strings("Layers")});
  }
  return images;
}

std::string serialize(const std::vector<SavedImage>& images) {
  JsonWriter json;
  const auto text = [&](const std::string& item) { json.string(item); };
  json.array(images, [&](const SavedImage& image) {
    json.object([&] {
      json.name("Config");
      json.string(image.config);
      json.name("RepoTags");  // an empty list is what an image without a name has; Docker reads null the same
      json.array(image.repo_tags, text);
      json.name("Layers");
      json.array(image.layers, text);
    });
  });
  return json.take();
}

}  // namespace ocibuild
