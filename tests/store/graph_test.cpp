#include <doctest/doctest.h>

#include <mutex>
#include <set>

#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;

Descriptor put_document(Store& store, std::string_view media_type, std::string document) {
  const Blob blob = memory_blob(media_type, std::move(document));
  store.put(blob);
  return blob.descriptor;
}

Descriptor put_index_over(Store& store, std::vector<Descriptor> children) {
  return put_document(store, media_type::index, serialize(Index{.manifests = std::move(children)}));
}

/// Passes everything on, remembers the order, and fails for one blob.
class RecordingStore final : public Store {
 public:
  std::vector<Digest> order;
  std::optional<Digest> failing;

  bool contains(const Descriptor& descriptor) const override { return store_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return store_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return store_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store_.roots(); }
  void put(const Blob& blob) override {
    if (failing == blob.descriptor.digest) throw Error{Errc::io, "the disk is full"};
    store_.put(blob);
    const std::lock_guard lock{mutex_};
    order.push_back(blob.descriptor.digest);
  }
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override { return store_.add(write); }
  void tag(const Descriptor& root, std::string_view name) override { store_.tag(root, name); }

 private:
  MemoryStore store_;
  std::mutex mutex_;
};

}  // namespace

TEST_CASE("the children of an index are its manifests, those of a manifest its config and layers") {
  MemoryStore store;
  const Descriptor index = testing::put_sample_index(store);
  const auto images = children(index, read_blob(store, index, max_manifest_size));
  REQUIRE(images.size() == 2);
  CHECK(images[1].platform == Platform::parse("linux/arm64"));
  const auto blobs = children(images[0], read_blob(store, images[0], max_manifest_size));
  REQUIRE(blobs.size() == 2);
  CHECK(blobs[0].media_type == media_type::config);
  CHECK(blobs[1].media_type == media_type::layer_tar);
  CHECK(children(blobs[1], "").empty());
}

TEST_CASE("walk visits each digest once, parents first, in document order") {
  MemoryStore store;
  const Descriptor index = testing::put_sample_index(store);
  std::vector<std::string_view> types;
  std::set<Digest> digests;
  walk(store, index, [&](const Descriptor& node, std::string_view document) {
    types.push_back(node_kind(node.media_type) == NodeKind::index      ? "index"
                    : node_kind(node.media_type) == NodeKind::manifest ? "manifest"
                                                                       : "blob");
    CHECK(document.empty() == (types.back() == "blob"));
    CHECK(digests.insert(node.digest).second);
  });
  CHECK(types == std::vector<std::string_view>{"index", "manifest", "blob", "blob", "manifest", "blob"});
}

TEST_CASE("nesting deeper than eight levels is refused") {
  MemoryStore store;
  Descriptor root = put_index_over(store, {});
  for (int level = 2; level <= 8; ++level) root = put_index_over(store, {root});
  CHECK_NOTHROW(walk(store, root, [](const Descriptor&, std::string_view) {}));
  root = put_index_over(store, {root});
  const Error error = failure_of([&] {
    walk(store, root, [](const Descriptor&, std::string_view) {});
    return 0;
  });
  CHECK(error.code() == Errc::invalid_document);
}

TEST_CASE("one digest cannot be a document in one place and a layer in another") {
  MemoryStore store;
  const Descriptor index = testing::put_sample_index(store);
  Descriptor disguised = index;
  disguised.media_type = media_type::layer_tar;
  const Descriptor root = put_index_over(store, {disguised, index});
  const Error error = failure_of([&] {
    walk(store, root, [](const Descriptor&, std::string_view) {});
    return 0;
  });
  CHECK(error.code() == Errc::invalid_document);
}

TEST_CASE("copy puts children before their parents, each digest once, however many jobs") {
  MemoryStore from;
  const Descriptor image = testing::put_sample_image(from);
  const Descriptor inner = put_index_over(from, {image});
  const Descriptor root = put_index_over(from, {image, inner});  // the image is met high up first, and again below
  for (const unsigned jobs : {1U, 4U, 32U}) {
    RecordingStore to;
    std::size_t told = 0;
    copy(from, root, to, {.jobs = jobs, .copied = [&](const Descriptor&) { ++told; }});
    REQUIRE(to.order.size() == 5);
    CHECK(told == 5);
    CHECK(to.order[2] == image.digest);
    CHECK(to.order[3] == inner.digest);
    CHECK(to.order[4] == root.digest);
  }
}

TEST_CASE("a failure stops the copy before any parent of what failed") {
  MemoryStore from;
  const Descriptor root = testing::put_sample_index(from);
  RecordingStore to;
  const Descriptor image = parse_index(read_blob(from, root, max_manifest_size)).manifests[0];
  to.failing = image.digest;
  CHECK(failure_of([&] {
          copy(from, root, to, {.jobs = 2});
          return 0;
        }).code() == Errc::io);
  CHECK_FALSE(to.contains(root));
  CHECK_FALSE(to.contains(image));
  to.failing.reset();
  copy(from, root, to);
  CHECK(to.contains(root));
}

TEST_CASE("a graph with a missing or corrupt document is not copied") {
  MemoryStore from;
  MemoryStore to;
  const Descriptor missing = describe(media_type::manifest, "nowhere");
  const Descriptor root = put_index_over(from, {missing});
  CHECK(failure_of([&] {
          copy(from, root, to);
          return 0;
        }).code() == Errc::not_found);
  CHECK_FALSE(to.contains(root));
}

TEST_CASE("a layer that must not be distributed is left out when it is not there") {
  MemoryStore from;
  const Descriptor config = put_document(from, media_type::config, "{}");
  const Descriptor layer = describe("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "elsewhere");
  const Descriptor root =
      put_document(from, media_type::manifest, serialize(Manifest{.config = config, .layers = {layer}}));
  MemoryStore to;
  copy(from, root, to);
  CHECK(to.contains(root));
  CHECK_FALSE(to.contains(layer));
}

}  // namespace ocibuild
