#include <doctest/doctest.h>

#include <fmt/format.h>

#include "ocibuild/spec/media_type.hpp"
#include "registry/ask.hpp"

namespace ocibuild::testing {
namespace {

const std::string manifest_type{media_type::manifest};
const std::string index_type{media_type::index};

std::string descriptor(const std::string& type, const std::string& content) {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type, Digest::of(content).string(),
                     content.size());
}

std::string image(const std::string& layer, const std::string& more = "") {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})", manifest_type,
                     descriptor("application/vnd.oci.image.config.v1+json", "{}"),
                     descriptor("application/vnd.oci.image.layer.v1.tar", layer), more);
}

std::string index_over(const std::string& manifest) {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", index_type,
                     descriptor(manifest_type, manifest));
}

ServerResponse put(MemoryRegistry& registry, const std::string& reference, const std::string& body,
                   const std::string& type = manifest_type) {
  return ask(registry, "PUT", "/v2/a/manifests/" + reference, body, {{"Content-Type", type}});
}

/// A registry whose repository `a` has the blobs of image("layer").
void put_blobs(MemoryRegistry& registry) {
  registry.put_blob("a", "{}");
  registry.put_blob("a", "layer");
}

}  // namespace

TEST_CASE("a manifest is read as it was written, by tag and by digest") {
  MemoryRegistry registry;
  put_blobs(registry);
  const std::string body = image("layer");
  const std::string digest = Digest::of(body).string();
  const ServerResponse written = put(registry, "1.0", body);
  CHECK(written.status == 201);
  CHECK(header(written, "Location") == "/v2/a/manifests/" + digest);
  CHECK(header(written, "Docker-Content-Digest") == digest);
  for (const std::string& reference : {std::string{"1.0"}, digest}) {
    const Headers accept{{"Accept", "text/plain;q=0.1, " + manifest_type}};
    const ServerResponse read = ask(registry, "GET", "/v2/a/manifests/" + reference, "", accept);
    CHECK(read.status == 200);
    CHECK(read.body == body);
    CHECK(header(read, "Content-Type") == manifest_type);
    CHECK(header(ask(registry, "HEAD", "/v2/a/manifests/" + reference, "", accept), "Content-Length") ==
          std::to_string(body.size()));
  }
  CHECK(registry.tag("a", "1.0") == Digest::parse(digest));
  CHECK(
      is_error(ask(registry, "GET", "/v2/a/manifests/2.0", "", {{"Accept", manifest_type}}), 404, "MANIFEST_UNKNOWN"));
}

TEST_CASE("a manifest is not shown to a client that does not accept it") {
  MemoryRegistry registry;
  registry.put_manifest("a", index_type, index_over("x"), "latest");
  const auto status = [&](Headers headers) {
    return ask(registry, "GET", "/v2/a/manifests/latest", "", headers).status;
  };
  const ServerResponse refused = ask(registry, "GET", "/v2/a/manifests/latest", "", {{"Accept", manifest_type}});
  CHECK(is_error(refused, 404, "MANIFEST_UNKNOWN"));
  CHECK(refused.body.find("OCI index found, but Accept header does not support OCI indexes") != std::string::npos);
  CHECK(status({}) == 404);
  CHECK(status({{"Accept", "*/*"}}) == 404);
  CHECK(status({{"Accept", manifest_type + ", " + index_type}}) == 200);
  CHECK(status({{"Accept", manifest_type}, {"accept", index_type + ";q=0.5"}}) == 200);
}

TEST_CASE("what a manifest refers to must be there first, with its size") {
  MemoryRegistry registry;
  registry.put_blob("a", "{}");
  registry.put_blob("b", "layer");
  CHECK(is_error(put(registry, "1", image("layer")), 400, "MANIFEST_BLOB_UNKNOWN"));
  registry.put_blob("a", "layer");
  CHECK(put(registry, "1", image("layer")).status == 201);
  std::string lying = image("layer");
  lying.replace(lying.find("\"size\":5"), 8, "\"size\":6");
  CHECK(is_error(put(registry, "1", lying), 400, "SIZE_INVALID"));
  registry.configure({.checks_sizes = false});
  CHECK(put(registry, "1", lying).status == 201);
  CHECK(is_error(put(registry, "2", index_over("x"), index_type), 400, "MANIFEST_BLOB_UNKNOWN"));
  CHECK(put(registry, "2", index_over(image("layer")), index_type).status == 201);
  CHECK(registry.tags("a").size() == 2);
}

TEST_CASE("a document that contradicts itself or its type is refused") {
  MemoryRegistry registry;
  put_blobs(registry);
  const std::string body = image("layer");
  CHECK(is_error(put(registry, "1", body, index_type), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", body, "application/json"), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", body, manifest_type + "; charset=utf-8"), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", "{"), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", image("layer", R"(,"manifests":[])")), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", "[]"), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, "1", R"({"schemaVersion":2,"layers":[]})"), 400, "MANIFEST_INVALID"));
  CHECK(is_error(put(registry, Digest::of("x").string(), body), 400, "DIGEST_INVALID"));
  CHECK(is_error(put(registry, "-bad", body), 400, "TAG_INVALID"));
  CHECK(registry.manifests("a").empty());
}

TEST_CASE("a manifest has at most 4 MiB") {
  MemoryRegistry registry;
  put_blobs(registry);
  const std::size_t rest = (4 << 20) - image("layer", R"(,"x":"")").size();
  CHECK(put(registry, "1", image("layer", R"(,"x":")" + std::string(rest, 'x') + '"')).status == 201);
  const std::string large = image("layer", R"(,"x":")" + std::string(rest + 1, 'x') + '"');
  CHECK(put(registry, "1", large).status == 413);
  registry.configure({.large_manifest_status = 500});
  CHECK(put(registry, "1", large).status == 500);
}

TEST_CASE("HEAD of a manifest can be refused, and deletion always is") {
  MemoryRegistry registry{{.head_manifest_status = 405}};
  registry.put_manifest("a", manifest_type, image("layer"), "1");
  CHECK(ask(registry, "HEAD", "/v2/a/manifests/1", "", {{"Accept", manifest_type}}).status == 405);
  CHECK(ask(registry, "GET", "/v2/a/manifests/1", "", {{"Accept", manifest_type}}).status == 200);
  CHECK(is_error(ask(registry, "DELETE", "/v2/a/manifests/1"), 405, "UNSUPPORTED"));
}

TEST_CASE("a subject is answered with OCI-Subject where there are referrers") {
  MemoryRegistry registry;
  put_blobs(registry);
  const std::string body = image("layer", R"(,"subject":)" + descriptor(manifest_type, "elsewhere"));
  CHECK(header(put(registry, "1", body), "OCI-Subject") == Digest::of("elsewhere").string());
  registry.configure({.referrers = false});
  CHECK(header(put(registry, "1", body), "OCI-Subject").empty());
}

}  // namespace ocibuild::testing
