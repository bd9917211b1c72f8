#include "ocibuild/store/caching_store.hpp"

#include <array>

#include <doctest/doctest.h>

#include "ocibuild/store/memory_store.hpp"
#include "store/caches.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::Cache;
using testing::failure_of;
using testing::spoil;
using testing::text_blob;
constexpr std::size_t limit = 1 << 20;

/// A memory store that counts what is read from it.
struct Origin final : ReadStore {
  bool contains(const Descriptor& descriptor) const override { return store.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override {
    ++opened;
    return store.open(descriptor);
  }
  std::optional<Descriptor> resolve(std::string_view name) const override { return store.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store.roots(); }

  MemoryStore store;
  mutable int opened = 0;
};

}  // namespace

TEST_CASE("a blob of a slow store is read from it once, and then comes from the cache") {
  Cache cache;
  Origin origin;
  const Blob blob = text_blob("some text");
  origin.store.put(blob);
  for (int run = 0; run < 3; ++run) {
    const auto open = cache.open();
    const CachingStore store{origin, *open};
    CHECK(store.contains(blob.descriptor));
    CHECK(read_blob(store, blob.descriptor, limit) == "some text");
  }
  CHECK(origin.opened == 1);
  CHECK(cache_content(cache.directory).fetched == BlobCount{.count = 1, .bytes = 9});
}

TEST_CASE("a blob that is not read to its end, or is not what it should be, is not kept") {
  struct Liar final : ReadStore {
    bool contains(const Descriptor&) const override { return true; }
    std::unique_ptr<Source> open(const Descriptor& descriptor) const override {
      return std::make_unique<VerifyingSource>(std::make_unique<MemorySource>("some texT"), descriptor);
    }
    std::optional<Descriptor> resolve(std::string_view) const override { return std::nullopt; }
    std::vector<NamedRoot> roots() const override { return {}; }
  };
  Cache cache;
  const auto open = cache.open();
  const Blob blob = text_blob("some text");
  const Liar liar;
  CHECK(failure_of([&] {
          return read_blob(CachingStore{liar, *open}, blob.descriptor, limit);
        }).code() == Errc::digest_mismatch);
  Origin origin;
  origin.store.put(blob);
  std::array<std::byte, 4> some{};
  CachingStore{origin, *open}.open(blob.descriptor)->read(some);
  CHECK(cache_content(cache.directory).fetched == BlobCount{});
  CHECK(std::filesystem::is_empty(cache.directory / "blobs/sha256"));
}

TEST_CASE("a damaged blob of a slow store is read from it again") {
  Cache cache;
  const auto open = cache.open();
  Origin origin;
  const Blob blob = text_blob("some text");
  origin.store.put(blob);
  const CachingStore store{origin, *open};
  CHECK(read_blob(store, blob.descriptor, limit) == "some text");
  spoil(cache.blob_path(blob.descriptor), 0);
  CHECK(read_blob(store, blob.descriptor, limit) == "some text");
  CHECK(read_blob(store, blob.descriptor, limit) == "some text");
  CHECK(origin.opened == 2);
  CHECK(cache.troubles.size() == 1);
}

}  // namespace ocibuild
