// The digests file as JSON.
#include "ocibuild/deploy/digests.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "deploy/schema_version.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using SortedJson = nlohmann::json;  // its objects sort their keys

void require_image(const std::string& image, const std::string& path) {
  const Reference reference = with_context(path, [&] { return Reference::parse(image); });
  if (reference.tag.empty() && !reference.digest) return;
  throw Error{Errc::invalid_document, fmt::format("{}: `{}` has a tag or a digest of its own", path, image)};
}

std::vector<std::string> read_tags(JsonObject& object) {
  std::vector<std::string> tags = object.optional_strings("tags");
  for (const std::string& tag : tags) {
    if (!is_tag(tag))
      throw Error{Errc::invalid_document, fmt::format("{}: {} is no tag", object.path("tags"), quote(tag))};
  }
  return tags;
}

std::map<std::string, PlatformDigest> read_platforms(JsonObject& object) {
  std::map<std::string, PlatformDigest> platforms;
  const JsonValue& value = object.require("platforms");
  const std::string path = object.path("platforms");
  const JsonObject all{value, path};
  for (const JsonMember& member : value.members) {
    const std::string where = fmt::format("{}[{}]", path, quote(member.name));
    const Platform platform = with_context(where, [&] { return Platform::parse(member.name); });
    JsonObject entry{member.value, where};
    PlatformDigest digest{.digest = entry.digest("digest"), .size = entry.size("size")};
    if (!platforms.emplace(platform.string(), std::move(digest)).second) {
      throw Error{Errc::invalid_document, fmt::format("{}: the platform is there twice", where)};
    }
  }
  return platforms;
}

Error contradiction(const std::string& path, std::string_view what, const Digest& digest, std::string_view where) {
  return Error{Errc::digest_mismatch,
               fmt::format("{}: {} has {}, which is not in {}", path, what, digest.string(), where)};
}

// The index says again what `digest` and `platforms` say; whoever edited one of them by hand is told.
void require_index(const ComponentDigests& component, const std::string& path) {
  const Index& index = *component.index;
  if (describe(index).digest != component.digest) {
    throw Error{Errc::digest_mismatch, fmt::format("{}: the index is {}, the digest says {}", path,
                                                   describe(index).digest.string(), component.digest.string())};
  }
  for (const Descriptor& manifest : index.manifests) {
    const auto entry =
        manifest.platform ? component.platforms.find(manifest.platform->string()) : component.platforms.end();
    if (entry != component.platforms.end() && entry->second.digest == manifest.digest) continue;
    throw contradiction(path, "the index", manifest.digest, "`platforms`");
  }
  for (const auto& [platform, image] : component.platforms) {
    if (std::ranges::find(index.manifests, image.digest, &Descriptor::digest) != index.manifests.end()) continue;
    throw contradiction(fmt::format("{}.platforms[{}]", path, quote(platform)), "it", image.digest, "the index");
  }
}

std::optional<Index> read_index(JsonObject& object) {
  const JsonValue* value = object.find("index");
  if (value == nullptr || value->kind == JsonValue::Kind::null) return std::nullopt;
  const std::string path = object.path("index");
  JsonObject document{*value, path};
  const std::string type = document.media_type("mediaType");
  return with_context(path, [&] { return parse_index(to_json(*value), type); });
}

ComponentDigests read_component(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  ComponentDigests component{.image = object.string("image"),
                             .digest = object.digest("digest"),
                             .tags = read_tags(object),
                             .size = object.size("size"),
                             .platforms = read_platforms(object),
                             .index = read_index(object)};
  require_image(component.image, object.path("image"));
  if (const std::string reference = object.optional_string("reference");
      !reference.empty() && reference != component.reference()) {
    throw Error{Errc::invalid_document, fmt::format("{}: {} is not image@digest, {}", object.path("reference"),
                                                    quote(reference), component.reference())};
  }
  if (component.index) require_index(component, path);
  return component;
}

ImageDigests read_document(std::string_view document) {
  const JsonValue value = parse_json(document, max_digests_file);
  JsonObject object{value, {}};
  require_schema_version(object);
  ImageDigests digests{.generated_by = object.optional_string("generatedBy"),
                       .revision = object.optional_string("revision"),
                       .components = {}};
  const JsonValue& components = object.require("components");
  const JsonObject all{components, "components"};
  for (const JsonMember& member : components.members) {
    const std::string path = fmt::format("components[{}]", quote(member.name));
    if (!is_component_name(member.name)) {
      throw Error{Errc::invalid_document, fmt::format("{}: not a name of letters, digits, `.`, `_` and `-`", path)};
    }
    digests.components.emplace(member.name, read_component(member.value, path));
  }
  return digests;
}

SortedJson to_json(const ComponentDigests& component) {
  SortedJson platforms = SortedJson::object();
  for (const auto& [platform, image] : component.platforms) {
    platforms[platform] = {{"digest", image.digest.string()}, {"size", image.size}};
  }
  SortedJson json{{"image", component.image},
                  {"digest", component.digest.string()},
                  {"reference", component.reference()},
                  {"tags", component.tags},
                  {"size", component.size},
                  {"platforms", std::move(platforms)}};
  if (component.index) json["index"] = SortedJson::parse(serialize(*component.index));
  return json;
}

}  // namespace

std::string ComponentDigests::reference() const {
  return fmt::format("{}@{}", image, digest.string());
}

std::string serialize(const ImageDigests& digests) {
  SortedJson components = SortedJson::object();
  for (const auto& [name, component] : digests.components) components[name] = to_json(component);
  const SortedJson json{{"schemaVersion", 1},
                        {"generatedBy", digests.generated_by},
                        {"revision", digests.revision},
                        {"components", std::move(components)}};
  std::string text = json.dump(2, ' ', false, SortedJson::error_handler_t::replace) + "\n";
  try {
    read_document(text);
  } catch (const Error& error) {
    throw Error{Errc::invalid_argument, fmt::format("cannot write the digests: {}", error.what())};
  }
  return text;
}

ImageDigests parse_digests(std::string_view document) {
  try {
    return read_document(document);
  } catch (Error& error) {
    if (error.code() == Errc::invalid_argument) throw Error{Errc::invalid_document, error.what()};
    throw;
  }
}

}  // namespace ocibuild
