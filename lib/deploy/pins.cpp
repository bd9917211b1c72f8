// The side file as JSON: files, in each of them a list of sites.
#include "ocibuild/deploy/pins.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "deploy/schema_version.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::pair<PinKey, Pin> read_pin(const std::string& file, const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  PinKey key;
  key.file = file;
  key.kind = object.optional_string("kind");
  key.name_space = object.optional_string("namespace");
  key.name = object.optional_string("name");
  key.path = object.string("path");
  key.occurrence = object.has("occurrence") ? object.size("occurrence") : 0;
  Pin pin{.component = object.string("component"),
          .container = object.optional_string("container"),
          .image = object.string("image"),
          .tag = object.optional_string("tag"),
          .placeholder = object.string("placeholder")};
  if (is_component_name(pin.component)) return {std::move(key), std::move(pin)};
  throw Error{Errc::invalid_document,
              fmt::format("{}: {} is no component", object.path("component"), quote(pin.component))};
}

OrderedJson to_json(const PinKey& key, const Pin& pin) {
  OrderedJson json;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
  };
  add("kind", key.kind);
  add("namespace", key.name_space);
  add("name", key.name);
  json["path"] = key.path;
  if (key.occurrence > 0) json["occurrence"] = key.occurrence;
  add("container", pin.container);
  json["component"] = pin.component;
  json["image"] = pin.image;
  add("tag", pin.tag);
  json["placeholder"] = pin.placeholder;
  return json;
}

}  // namespace

PinKey::PinKey(std::string of_file, const ImageSite& site)
    : file{std::move(of_file)},
      kind{site.kind},
      name_space{site.name_space},
      name{site.name},
      path{site.path},
      occurrence{site.occurrence} {}

std::string serialize(const Pins& pins) {
  OrderedJson files = OrderedJson::object();
  for (const auto& [key, pin] : pins) files[key.file].push_back(to_json(key, pin));
  const OrderedJson json{{"schemaVersion", 1}, {"files", std::move(files)}};
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

Pins parse_pins(std::string_view document) {
  const JsonValue value = parse_json(document, max_pins_file);
  JsonObject object{value, {}};
  require_schema_version(object);
  const JsonValue& files = object.require("files");
  const JsonObject all{files, "files"};
  Pins pins;
  for (const JsonMember& file : files.members) {
    JsonObject{files, "files"}.array(file.name, [&](const JsonValue& item, const std::string& path) {
      if (!pins.insert(read_pin(file.name, item, path)).second) {
        throw Error{Errc::invalid_document, fmt::format("{}: the same site is there twice", path)};
      }
    });
  }
  return pins;
}

}  // namespace ocibuild
