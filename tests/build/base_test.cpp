// Finding the images of a base.
#include "ocibuild/build/base.hpp"

#include <doctest/doctest.h>

#include "build/sample_base.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::BaseParts;
using testing::failure_of;
using testing::put_base;
using testing::put_document;
using testing::put_index;
using testing::says;
using testing::view_of;

const Platform amd64 = Platform::parse("linux/amd64");
const Platform arm64 = Platform::parse("linux/arm64");

Base resolve(const ReadStore& store, const Descriptor& root, std::vector<Platform> platforms = {amd64, arm64}) {
  return resolve_base(view_of(store), root, platforms);
}

Descriptor on(Descriptor image, const std::string& architecture, const std::string& variant = {}) {
  image.platform = Platform{.architecture = architecture, .variant = variant};
  return image;
}

TEST_CASE("the image for each platform is found, whichever family it is of") {
  MemoryStore store;
  for (const Family family : {Family::oci, Family::docker}) {
    const Descriptor first = put_base(store, {.family = family});
    const Descriptor second = put_base(store, {.platform = "linux/arm64", .family = family});
    const Descriptor root = put_index(store, {first, second}, family);
    const Base base = resolve(store, root);
    CHECK(base.root == root);
    REQUIRE(base.images.size() == 2);
    CHECK(base.images[0]->descriptor.digest == first.digest);
    CHECK(image_for(base, arm64)->config.platform.architecture == "arm64");
    CHECK(family_of(image_for(base, arm64)->manifest.media_type) == family);
  }
}

TEST_CASE("an image for arm64 without variant is one for v8, and the first of several is taken (DL09)") {
  MemoryStore store;
  const Descriptor first = put_base(store, {.platform = "linux/arm64"});
  const Descriptor second = put_base(store, {.platform = "linux/arm64", .layers = {}});
  const Descriptor root = put_index(store, {on(first, "arm64"), on(second, "arm64", "v8")});
  CHECK(resolve(store, root, {arm64}).images.front()->descriptor.digest == first.digest);
}

TEST_CASE("an index inside of an index is looked into (DL09)") {
  MemoryStore store;
  const Descriptor image = put_base(store);
  const Descriptor root = put_index(store, {put_index(store, {image}), put_base(store, {.platform = "linux/arm64"})});
  CHECK(image_for(resolve(store, root), amd64)->descriptor.digest == image.digest);
}

TEST_CASE("attestations and artifacts beside the images are passed over (DL09)") {
  MemoryStore store;
  Descriptor attestation = put_document(store, media_type::manifest, "never read");
  attestation.platform = Platform{.architecture = "unknown", .os = "unknown"};
  Descriptor artifact = on(put_document(store, media_type::manifest, "nor this"), "amd64");
  artifact.artifact_type = "application/spdx+json";
  Descriptor marked = on(put_document(store, media_type::manifest, "nor that"), "amd64");
  marked.annotations["vnd.docker.reference.type"] = "attestation-manifest";
  const Descriptor image = put_base(store);
  const Base base = resolve(store, put_index(store, {attestation, artifact, marked, image}), {amd64});
  CHECK(base.images.front()->descriptor.digest == image.digest);
  CHECK(base.offered == std::map<std::string, Digest>{{"linux/amd64", image.digest}});
}

TEST_CASE("a missing platform is an error with those there are (DL09)") {
  MemoryStore store;
  const Descriptor root =
      put_index(store, {put_base(store), put_base(store, {.platform = "linux/arm/v6"}), put_base(store)});
  const Error error = failure_of([&] { return resolve(store, root); });
  CHECK(error.code() == Errc::not_found);
  CHECK(says(error, "there is no image for linux/arm64"));
  CHECK(error.notes() == std::vector<std::string>{"it has: linux/amd64, linux/arm/v6"});
}

TEST_CASE("a base can be a single image, and an entry without platform is asked through its config") {
  MemoryStore store;
  Descriptor image = put_base(store);
  CHECK(resolve(store, image, {amd64}).images.front()->descriptor.digest == image.digest);
  image.platform.reset();
  CHECK(resolve(store, image, {amd64}).offered.contains("linux/amd64"));
  const Manifest chart{.artifact_type = "application/x", .config = put_document(store, media_type::empty, "{}")};
  const Descriptor other = put_document(store, chart.media_type, serialize(chart));
  CHECK(resolve(store, put_index(store, {other, image}), {amd64}).images.front()->descriptor == image);
  CHECK(says(failure_of([&] { return resolve(store, image); }), "there is no image for linux/arm64"));
  CHECK(says(failure_of([&] { return resolve(store, other, {amd64}); }), "is no image: its config is of type"));
}

TEST_CASE("documents that contradict each other are refused (DL07)") {
  MemoryStore store;
  const Descriptor image = put_base(store);
  const auto refusal = [&](const Descriptor& root) {
    return failure_of([&] { return resolve(store, root, {amd64}); });
  };
  const std::string both = R"({"schemaVersion":2,"manifests":[],"layers":[]})";
  CHECK(refusal(put_document(store, media_type::index, both)).code() == Errc::invalid_document);
  CHECK(refusal(put_document(store, media_type::manifest, both)).code() == Errc::invalid_document);
  const std::string other = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"})";
  CHECK(says(refusal(put_document(store, media_type::index, other)), "mediaType"));
  CHECK(says(refusal(put_index(store, {on(put_base(store, {.platform = "linux/s390x"}), "amd64")})),
             "the index says linux/amd64, the config says linux/s390x"));
  BaseParts parts{store, {}};
  parts.config.diff_ids.push_back(image.digest);
  CHECK(says(refusal(parts.put(store)), "the manifest has 1 layers, its config 2 diff_ids"));
}

TEST_CASE("what is no image is refused by its type") {
  MemoryStore store;
  const Descriptor old = put_document(store, "application/vnd.docker.distribution.manifest.v1+prettyjws", "{}");
  const Error error = failure_of([&] { return resolve(store, old); });
  CHECK(error.code() == Errc::unsupported);
  CHECK(says(error, "prettyjws, which is neither an image nor an index"));
  BaseParts parts{store, {}};
  parts.layers.front().media_type = "application/vnd.dev.cosign.simplesigning.v1+json";
  CHECK(says(failure_of([&] { return resolve(store, parts.put(store), {amd64}); }), "which is no layer of an image"));
}

TEST_CASE("a base whose documents never end is refused early") {
  MemoryStore store;
  Descriptor deep = put_index(store, {put_base(store)});
  for (int i = 0; i < 9; ++i) deep = put_index(store, {deep});
  CHECK(says(failure_of([&] { return resolve(store, deep); }), "nested deeper than 8 levels"));
  Descriptor wide = put_base(store);
  for (int i = 0; i < 7; ++i) wide = put_index(store, std::vector<Descriptor>(1000, wide));
  CHECK(resolve(store, wide, {amd64}).images.size() == 1);
  std::vector<Descriptor> many;
  for (int i = 0; i < 300; ++i) {
    many.push_back(put_index(store, {on(put_base(store), "x" + std::to_string(i))}));
  }
  CHECK(says(failure_of([&] { return resolve(store, put_index(store, many)); }), "more than 256 documents"));
}

TEST_CASE("the layers of a base are copied once, without those that nobody may distribute (DL10)") {
  MemoryStore store;
  BaseParts parts{store, {}};
  Descriptor foreign = describe("application/vnd.oci.image.layer.nondistributable.v1.tar", "not here");
  foreign.urls = {"https://elsewhere.example/layer"};
  parts.layers.push_back(foreign);
  parts.config.diff_ids.push_back(foreign.digest);
  const auto image = testing::image_of(store, parts.put(store));
  MemoryStore target;
  int copied = 0;
  copy_layers(std::vector{image, image}, target, {.copied = [&](const Descriptor&) { ++copied; }});
  CHECK(copied == 1);
  CHECK(target.contains(image->manifest.layers[0]));
  CHECK_FALSE(target.contains(foreign));
}

TEST_CASE("annotations name the base, unless they do already") {
  Annotations annotations;
  annotate_base(annotations, "", Digest::of("x"));
  CHECK(annotations == Annotations{{"org.opencontainers.image.base.digest", Digest::of("x").string()}});
  annotations["org.opencontainers.image.base.name"] = "mine";
  annotate_base(annotations, "theirs", Digest::of("y"));
  CHECK(annotations.at("org.opencontainers.image.base.name") == "mine");
}

}  // namespace
}  // namespace ocibuild
