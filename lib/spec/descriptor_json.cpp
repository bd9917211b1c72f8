// Descriptors and platforms as JSON (image-spec v1.1.1, descriptor.md and image-index.md).
#include <utility>

#include "ocibuild/spec/manifest.hpp"
#include "spec/base64.hpp"
#include "spec/document.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void refuse_data(std::string_view path, std::string_view problem) {
  throw Error{Errc::invalid_document, fmt::format("{}: {}", path, problem)};
}

// `data` must be the blob (descriptor.md): a reader that trusts it must not see other bytes than one that fetches.
std::string read_data(const Descriptor& descriptor, const JsonValue& value, const std::string& path) {
  std::optional<std::string> data = decode_base64(require_string(value, path));
  if (!data) refuse_data(path, "not base64 as in RFC 4648 section 4");
  if (data->size() != descriptor.size) {
    refuse_data(path, fmt::format("has {} bytes, its descriptor says {}", data->size(), descriptor.size));
  }
  Hasher hasher = with_context(path, [&] { return Hasher{descriptor.digest.algorithm()}; });
  hasher.update(as_bytes(*data));
  const Digest found = hasher.finish();
  if (found != descriptor.digest) {
    refuse_data(path,
                fmt::format("has the digest {}, its descriptor says {}", found.string(), descriptor.digest.string()));
  }
  return *std::move(data);
}

Platform read_whole_platform(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  Platform platform = read_platform(object);
  platform.unknown = object.unknown();
  return platform;
}

std::string write_document(const Descriptor& descriptor) {
  JsonWriter writer;
  write_descriptor(writer, descriptor);
  return writer.take();
}

}  // namespace

Platform read_platform(JsonObject& object) {
  return {.architecture = object.string("architecture"),
          .os = object.string("os"),
          .os_version = object.optional_string("os.version"),
          .os_features = object.optional_strings("os.features"),
          .variant = object.optional_string("variant")};
}

void write_platform(JsonWriter& writer, const Platform& platform) {
  writer.name("architecture");
  writer.string(platform.architecture);
  writer.name("os");
  writer.string(platform.os);
  writer.optional_string("os.version", platform.os_version);
  writer.optional_strings("os.features", platform.os_features);
  writer.optional_string("variant", platform.variant);
}

Descriptor read_descriptor(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  Descriptor result{.media_type = object.media_type("mediaType"),
                    .digest = object.digest("digest"),
                    .size = object.size("size"),
                    .urls = object.optional_strings("urls"),
                    .annotations = object.optional_map("annotations")};
  if (const JsonValue* const data = object.find("data")) result.data = read_data(result, *data, object.path("data"));
  if (const JsonValue* const platform = object.find("platform")) {
    result.platform = read_whole_platform(*platform, object.path("platform"));
  }
  result.artifact_type = object.optional_media_type("artifactType");
  result.unknown = object.unknown();
  return result;
}

void write_descriptor(JsonWriter& writer, const Descriptor& descriptor) {
  writer.object([&] {
    writer.name("mediaType");
    writer.string(descriptor.media_type);
    writer.name("digest");
    writer.string(descriptor.digest.string());
    writer.name("size");
    writer.number(descriptor.size);
    writer.optional_strings("urls", descriptor.urls);
    writer.optional_map("annotations", descriptor.annotations);
    if (descriptor.data) {
      writer.name("data");
      writer.string(encode_base64(*descriptor.data));
    }
    if (descriptor.platform) {
      writer.name("platform");
      writer.object([&] {
        write_platform(writer, *descriptor.platform);
        writer.unknown_fields(descriptor.platform->unknown);
      });
    }
    writer.optional_string("artifactType", descriptor.artifact_type);
    writer.unknown_fields(descriptor.unknown);
  });
}

Descriptor parse_descriptor(std::string_view document) {
  return with_context("invalid descriptor",
                      [&] { return read_descriptor(parse_json(document, max_manifest_size), std::string{}); });
}

std::string serialize(const Descriptor& descriptor) {
  return require_canonical(write_document(descriptor), "descriptor", parse_descriptor, write_document);
}

}  // namespace ocibuild
