// Image manifests and indexes as JSON.
#include "ocibuild/spec/manifest.hpp"

#include <array>
#include <span>

#include "spec/document.hpp"

namespace ocibuild {
namespace {

// Members that would make a reader of the other kind see another document: CVE-2021-41190.
constexpr std::array<std::string_view, 2> foreign_to_manifest = {"manifests", "fsLayers"};
constexpr std::array<std::string_view, 3> foreign_to_index = {"layers", "config", "fsLayers"};

struct Header {
  std::string_view what;
  NodeKind kind;
  std::span<const std::string_view> foreign;
};
constexpr Header manifest_header{"image manifest", NodeKind::manifest, foreign_to_manifest};
constexpr Header index_header{"image index", NodeKind::index, foreign_to_index};

// Reads what all documents start with and returns the media type.
std::string read_header(JsonObject& object, const Header& header, std::string_view expected_media_type) {
  for (const std::string_view name : header.foreign) {
    if (!object.has(name)) continue;
    throw Error{Errc::invalid_document, fmt::format("{}: does not belong into an {}", name, header.what)};
  }
  const JsonValue& version = object.require("schemaVersion");
  if (version.kind != JsonValue::Kind::number || version.text != "2") throw_unexpected("schemaVersion", version, "2");
  const JsonValue* const media_type = object.find("mediaType");
  if (media_type != nullptr && require_string(*media_type, "mediaType") != expected_media_type) {
    throw_unexpected("mediaType", *media_type, fmt::format("\"{}\"", expected_media_type));
  }
  if (node_kind(expected_media_type) != header.kind) {
    throw Error{Errc::invalid_document, fmt::format("mediaType: {} is not an {}", expected_media_type, header.what)};
  }
  return std::string{expected_media_type};
}

std::vector<Descriptor> read_descriptors(JsonObject& object, std::string_view name) {
  std::vector<Descriptor> result;
  object.array(name,
               [&](const JsonValue& item, const std::string& path) { result.push_back(read_descriptor(item, path)); });
  return result;
}

std::optional<Descriptor> read_subject(JsonObject& object) {
  const JsonValue* const subject = object.find("subject");
  if (subject == nullptr) return std::nullopt;
  return read_descriptor(*subject, object.path("subject"));
}

// Manifest and Index start and end alike.
template <class Document, class Body>
std::string write_document(const Document& document, Body&& body) {
  JsonWriter writer;
  writer.object([&] {
    writer.name("schemaVersion");
    writer.number(2);
    writer.name("mediaType");
    writer.string(document.media_type);
    writer.optional_string("artifactType", document.artifact_type);
    body(writer);
    if (document.subject) {
      writer.name("subject");
      write_descriptor(writer, *document.subject);
    }
    writer.optional_map("annotations", document.annotations);
    writer.unknown_fields(document.unknown);
  });
  return writer.take();
}

void write_descriptors(JsonWriter& writer, std::string_view name, const std::vector<Descriptor>& descriptors) {
  writer.name(name);
  writer.array(descriptors, [&](const Descriptor& descriptor) { write_descriptor(writer, descriptor); });
}

std::string write_manifest(const Manifest& manifest) {
  return write_document(manifest, [&](JsonWriter& writer) {
    writer.name("config");
    write_descriptor(writer, manifest.config);
    write_descriptors(writer, "layers", manifest.layers);
  });
}

std::string write_index(const Index& index) {
  return write_document(index, [&](JsonWriter& writer) { write_descriptors(writer, "manifests", index.manifests); });
}

Manifest read_manifest(std::string_view document, std::string_view expected_media_type) {
  const JsonValue value = parse_json(document, max_manifest_size);
  JsonObject object{value, {}};
  Manifest result{.media_type = read_header(object, manifest_header, expected_media_type),
                  .artifact_type = object.optional_media_type("artifactType"),
                  .config = read_descriptor(object.require("config"), object.path("config")),
                  .layers = read_descriptors(object, "layers"),
                  .subject = read_subject(object),
                  .annotations = object.optional_map("annotations")};
  result.unknown = object.unknown();
  return result;
}

Index read_index(std::string_view document, std::string_view expected_media_type) {
  const JsonValue value = parse_json(document, max_manifest_size);
  JsonObject object{value, {}};
  Index result{.media_type = read_header(object, index_header, expected_media_type),
               .artifact_type = object.optional_media_type("artifactType"),
               .manifests = read_descriptors(object, "manifests"),
               .subject = read_subject(object),
               .annotations = object.optional_map("annotations")};
  result.unknown = object.unknown();
  return result;
}

}  // namespace

Manifest parse_manifest(std::string_view document, std::string_view expected_media_type) {
  return with_context("invalid image manifest", [&] { return read_manifest(document, expected_media_type); });
}

Index parse_index(std::string_view document, std::string_view expected_media_type) {
  return with_context("invalid image index", [&] { return read_index(document, expected_media_type); });
}

std::string serialize(const Manifest& manifest) {
  // manifest.md: an artifact without a config says with artifactType what it is.
  if (manifest.config.media_type == media_type::empty && manifest.artifact_type.empty()) {
    throw Error{Errc::invalid_argument,
                "cannot write it: an image manifest with an empty config needs an artifactType"};
  }
  const auto parse = [&](std::string_view text) { return parse_manifest(text, manifest.media_type); };
  return require_canonical(write_manifest(manifest), "image manifest", parse, write_manifest);
}

std::string serialize(const Index& index) {
  const auto parse = [&](std::string_view text) { return parse_index(text, index.media_type); };
  return require_canonical(write_index(index), "image index", parse, write_index);
}

Descriptor describe(const Manifest& manifest) {
  return describe(manifest.media_type, serialize(manifest));
}

Descriptor describe(const Index& index) {
  return describe(index.media_type, serialize(index));
}

}  // namespace ocibuild
