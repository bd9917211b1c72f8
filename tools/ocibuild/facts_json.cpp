// Facts to JSON; documents inside documents are passed on as they are.
#include "facts_json.hpp"

namespace ocibuild {
namespace {

Json to_json(const Platform& platform) {
  Json json = {{"os", platform.os}, {"architecture", platform.architecture}};
  if (!platform.variant.empty()) json["variant"] = platform.variant;
  return json;
}

Json to_json(const Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type}, {"digest", descriptor.digest.string()}, {"size", descriptor.size}};
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  return json;
}

Json to_json(const ImageFacts& image) {
  Json json = to_json(image.descriptor);
  json.erase("annotations");
  if (image.config) json["platform"] = to_json(image.config->platform);
  if (image.descriptor.platform) json["platform"] = to_json(*image.descriptor.platform);
  json["annotations"] = image.manifest.annotations;
  json["configDescriptor"] = to_json(image.manifest.config);
  if (image.config) json["config"] = Json::parse(image.config_document);
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
    Json layer = to_json(image.manifest.layers[i]);
    if (image.config && i < image.config->diff_ids.size()) layer["diffID"] = image.config->diff_ids[i].string();
    json["layers"].push_back(std::move(layer));
  }
  return json;
}

}  // namespace

std::string facts_json(const std::string& name, const RootFacts& facts) {
  Json json = {{"schemaVersion", json_schema_version}, {"name", name}};
  json.update(to_json(facts.descriptor));
  json["annotations"] = facts.annotations;
  json["images"] = Json::array();
  for (const ImageFacts& image : facts.images) json["images"].push_back(to_json(image));
  return json_document(json);
}

}  // namespace ocibuild
