// Manifests and indexes: canonical bytes and round trips.
#include "ocibuild/spec/manifest.hpp"

#include <doctest/doctest.h>

#include "spec/documents.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

// sha256 of `{}`, `config`, `base`, `top` and `subject`
#define DIGEST_EMPTY "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

}  // namespace

TEST_CASE("a manifest is written in the order of the specification's structs") {
  Manifest manifest{.config = describe(media_type::config, "{}"), .layers = {describe(media_type::layer_gzip, "{}")}};
  manifest.annotations = {{"b", "2"}, {"a", "1"}};
  CHECK(serialize(manifest) ==
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
        R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" DIGEST_EMPTY
        R"(","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" DIGEST_EMPTY
        R"(","size":2}],"annotations":{"a":"1","b":"2"}})");
}

TEST_CASE("an index with every field has golden bytes") {
  Index index = full_index();
  index.subject = full_descriptor();
  index.subject->platform.reset();
  CHECK(serialize(index) ==
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
        R"("artifactType":"application/x.example","manifests":[)"
        R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" DIGEST_EMPTY R"(","size":2,)"
        R"("urls":["https://example.org/blob"],"annotations":{"a":"","b":"2"},"data":"e30=",)"
        R"("platform":{"architecture":"amd64","os":"windows","os.version":"10.0","os.features":["win32k"],)"
        R"("variant":"v2","features":["sse4"]},)"
        R"("artifactType":"application/x.example","z.example":[1.50,1e2,null]}],)"
        R"("subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" DIGEST_EMPTY
        R"(","size":2,"urls":["https://example.org/blob"],"annotations":{"a":"","b":"2"},"data":"e30=",)"
        R"("artifactType":"application/x.example","z.example":[1.50,1e2,null]},)"
        R"("annotations":{"k":"v"},"x":"y"})");
}

TEST_CASE("documents read back as they were written") {
  CHECK(parse_manifest(serialize(full_manifest())) == full_manifest());
  CHECK(parse_index(serialize(full_index())) == full_index());
  CHECK(parse_index(serialize(Index{})) == Index{});
  CHECK(parse_descriptor(serialize(full_descriptor())) == full_descriptor());
}

TEST_CASE("a document is described by its media type, digest and size") {
  const Manifest manifest = full_manifest();
  CHECK(describe(manifest) == describe(media_type::manifest, serialize(manifest)));
  CHECK(describe(full_index()) == describe(media_type::index, serialize(full_index())));
}

TEST_CASE("only control characters, quotes and backslashes are escaped") {
  const Index index{.annotations = {{"k", "\x01\b\f\n\r\t\x1f\x7f\"\\/<&>é😀"}}};
  const std::string text = serialize(index);
  CHECK(text.find(R"("k":"\u0001\b\f\n\r\t\u001f)"
                  "\x7f"
                  R"(\"\\/<&>é😀")") != std::string::npos);
  CHECK(parse_index(text) == index);
}

TEST_CASE("Docker documents are read and written under their own media types") {
  const Manifest manifest{.media_type = std::string{media_type::docker_manifest},
                          .config = describe(media_type::docker_config, "c"),
                          .layers = {describe(media_type::docker_layer_gzip, "l")}};
  CHECK(parse_manifest(serialize(manifest), media_type::docker_manifest) == manifest);
  const Index list{.media_type = std::string{media_type::docker_list}};
  CHECK(parse_index(serialize(list), media_type::docker_list) == list);
}

TEST_CASE("an absent media type is taken as the expected one") {
  CHECK(parse_index(R"({"schemaVersion":2,"manifests":[]})") == Index{});
  CHECK(parse_index(R"({"schemaVersion":2,"manifests":[]})", media_type::docker_list).media_type ==
        media_type::docker_list);
}

TEST_CASE("optional members that are null count as absent") {
  CHECK(parse_index(R"({"schemaVersion":2,"mediaType":null,"artifactType":null,"manifests":[],"subject":null,)"
                    R"("annotations":null})") == Index{});
}

TEST_CASE("unknown fields are kept as read, less white space") {
  const Index index = parse_index(
      "{\"schemaVersion\": 2, \"manifests\": [], \"n\": [ 1.10 , -0, -0.0, -7, 18446744073709551616, 1E+2 ],"
      "\"b\": {\"z\": null,\n \"a\": \"\\u00e9\\/\"}}");
  CHECK(index.unknown ==
        UnknownFields{{"n", "[1.10,-0,-0.0,-7,18446744073709551616,1E+2]"}, {"b", R"({"z":null,"a":"é/"})"}});
  CHECK(parse_index(serialize(index)) == index);
}

TEST_CASE("what readers would refuse is not written") {
  const auto refused = [](const Index& index) { return failure_of([&] { return serialize(index); }); };
  const Descriptor good = describe(media_type::manifest, "{}");
  Descriptor descriptor = good;

  CHECK(refused({.annotations = {{"k", "\xff"}}}).code() == Errc::invalid_argument);
  CHECK(says(refused({.annotations = {{"k\x80", "v"}}}), "not UTF-8"));
  CHECK(says(refused({.media_type = std::string{media_type::manifest}}), "is not an image index"));
  CHECK(says(refused({.artifact_type = "text"}), "artifactType: found \"text\", expected a media type"));
  CHECK(says(refused({.annotations = {{"k", std::string(max_manifest_size, 'x')}}}), "at most 4194304"));
  descriptor.media_type = "a/b; c";
  CHECK(says(refused({.manifests = {descriptor}}), "manifests[0].mediaType: found \"a/b; c\""));
  descriptor = good;
  descriptor.size = std::uint64_t{1} << 63;
  CHECK(says(refused({.manifests = {good, descriptor}}), "manifests[1].size: found 9223372036854775808"));
  descriptor = good;
  descriptor.data = "[]";
  CHECK(says(refused({.manifests = {descriptor}}), "manifests[0].data: has the digest"));
}

TEST_CASE("unknown fields cannot smuggle anything into a document") {
  const auto refused = [](const UnknownFields& unknown) {
    const Error error = failure_of([&] { return serialize(Index{.unknown = unknown}); });
    CHECK(error.code() == Errc::invalid_argument);
    return error;
  };
  CHECK(says(refused({{"x", ""}}), "unknown field \"x\": not JSON"));
  CHECK(says(refused({{"x", "1,\"layers\":[]"}}), "not JSON"));
  CHECK(says(refused({{"x", "1 2"}}), "not JSON"));
  CHECK(says(refused({{"layers", "[]"}}), "layers: does not belong into an image index"));
  CHECK(says(refused({{"manifests", "[]"}}), "duplicate member \"manifests\""));
  CHECK(says(refused({{"annotations", "null"}}), "has the name of a known one"));
  std::string deep(64, '[');
  deep += std::string(64, ']');
  CHECK(says(refused({{"x", deep}}), "nested deeper than 64"));
}

TEST_CASE("an empty config needs an artifact type") {
  Manifest manifest{.config = describe(media_type::empty, "{}")};
  CHECK(says(failure_of([&] { return serialize(manifest); }), "needs an artifactType"));
  manifest.artifact_type = "application/x.example";
  CHECK(parse_manifest(serialize(manifest)) == manifest);
}
