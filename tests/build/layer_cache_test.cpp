#include "ocibuild/build/layer_cache.hpp"

#include <atomic>

#include <doctest/doctest.h>

#include "build/planned.hpp"
#include "ocibuild/build/assemble.hpp"
#include "ocibuild/build/build.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "store/caches.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::Cache;
using testing::failure_of;
using testing::GivenServices;
using testing::spoil;

/// A memory store that counts layers that are made in it, and calls `before_add` first.
class MakingStore final : public Store {
 public:
  bool contains(const Descriptor& descriptor) const override { return store_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return store_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return store_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store_.roots(); }
  void put(const Blob& blob) override {
    if (is_full) throw Error{Errc::digest_mismatch, "the store is strange"};
    store_.put(blob);
  }
  void tag(const Descriptor& root, std::string_view name) override { store_.tag(root, name); }
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override {
    ++made;
    before_add();
    return store_.add(write);
  }

  std::atomic<int> made = 0;
  bool is_full = false;
  std::function<void()> before_add = [] {};

 private:
  MemoryStore store_;
};

/// A file that becomes a layer, and a cache for it.
struct CachedFile {
  Cache cache;
  fs::path file = cache.parent.path() / "file";
  std::vector<FileEntry> entries{{.path = "a", .source = file}};

  explicit CachedFile(const std::string& content = std::string(10'000, 'x')) { write_file(file, content); }

  Layer write(Store& into, const LayerOptions& options = {}) {
    const auto blobs = cache.open();
    return LayerCache{*blobs}.write(entries, options, into);
  }
};

TEST_CASE("a layer that was made before is not made again, for any store") {
  CachedFile cached;
  MakingStore first;
  MakingStore second;
  const Layer made = cached.write(first);
  const Layer found = cached.write(second);
  CHECK(first.made == 1);
  CHECK(second.made == 0);
  CHECK(found.descriptor == made.descriptor);
  CHECK(found.diff_id == made.diff_id);
  CHECK(found.uncompressed_size == made.uncompressed_size);
  CHECK(read_blob(second, found.descriptor, 1 << 20) == read_blob(first, made.descriptor, 1 << 20));
  CHECK(cached.cache.troubles.empty());
}

TEST_CASE("a file that changed is another layer, also with the size and the times it had") {
  CachedFile cached;
  MakingStore store;
  const Layer before = cached.write(store);
  const auto time = fs::last_write_time(cached.file);
  write_file(cached.file, std::string(9'999, 'x') + "y");
  fs::last_write_time(cached.file, time);
  CHECK(cached.write(store).descriptor != before.descriptor);
  CHECK(store.made == 2);
}

TEST_CASE("everything that is in a layer makes it another one, and so does its encoder") {
  CachedFile cached;
  MakingStore store;
  cached.write(store);
  const FileEntry entry = cached.entries.front();
  const std::vector<std::function<void(FileEntry&)>> changes{
      [](FileEntry& e) { e.path = "b"; },
      [](FileEntry& e) { e.mode = 0755; },
      [](FileEntry& e) { e.uid = 7; },
      [](FileEntry& e) { e.gid = 7; },
      [](FileEntry& e) { e.xattrs["user.a"] = "b"; },
      [](FileEntry& e) { e.kind = EntryKind::symlink, e.link = "x"; }};
  for (const auto& change : changes) {
    cached.entries = {entry};
    change(cached.entries.front());
    cached.write(store);
    cached.write(store);
  }
  cached.entries = {entry};
  for (const LayerOptions& options : {LayerOptions{.compression = Compression::zstd}, LayerOptions{.mtime = 1}}) {
    cached.write(store, options);
    cached.write(store, options);
  }
  CHECK(store.made == 9);
}

TEST_CASE("the source and its times do not matter, nor do the jobs") {
  CachedFile cached;
  MakingStore store;
  cached.write(store);
  fs::rename(cached.file, cached.cache.parent.path() / "elsewhere");
  cached.entries.front().source = cached.cache.parent.path() / "elsewhere";
  fs::last_write_time(cached.entries.front().source, fs::file_time_type{});
  cached.write(store, {.jobs = 3});
  CHECK(store.made == 1);
}

TEST_CASE("a file that changes after it was hashed does not get the layer of another content, now or later") {
  CachedFile cached{"old"};
  MakingStore store;
  store.before_add = [&] { write_file(cached.file, "new"); };
  const Layer written = cached.write(store);
  CHECK(written.diff_id == describe_tar(cached.entries).diff_id);
  MakingStore later;
  CHECK(cached.write(later).descriptor == written.descriptor);
  CHECK(later.made == 0);
  write_file(cached.file, "old");
  CHECK(cached.write(later).diff_id == describe_tar(cached.entries).diff_id);
  CHECK(later.made == 1);
}

TEST_CASE("a cached layer with a flipped bit, or cut off, is made again and never given out") {
  for (const bool cut : {false, true}) {
    CachedFile cached;
    MakingStore first;
    const Layer made = cached.write(first);
    const fs::path blob = cached.cache.blob_path(made.descriptor);
    cut ? fs::resize_file(blob, 10) : spoil(blob, 30);
    for (const int expected : {1, 0}) {
      MakingStore store;
      CHECK(cached.write(store).descriptor == made.descriptor);
      CHECK(store.made == expected);
      CHECK(read_blob(store, made.descriptor, 1 << 20) == read_blob(first, made.descriptor, 1 << 20));
    }
    CHECK(cached.cache.troubles.size() == 1);
  }
}

TEST_CASE("a layout and the cache share a layer as one file, and both heal when it is damaged") {
  CachedFile cached;
  int set_aside = 0;
  LayoutStore layout{cached.cache.parent.path() / "layout",
                     {.corrupt_blob = [&](const Descriptor&, const fs::path&) { ++set_aside; }}};
  const Layer made = cached.write(layout);
  const fs::path ours = layout.file_of(made.descriptor);
  CHECK(fs::equivalent(ours, cached.cache.blob_path(made.descriptor)));
  spoil(ours, 30);
  CHECK(cached.write(layout).descriptor == made.descriptor);
  CHECK(set_aside == 1);
  CHECK(Digest::of(read_file(ours, 1 << 20)) == made.descriptor.digest);
  CHECK(fs::equivalent(ours, cached.cache.blob_path(made.descriptor)));
}

TEST_CASE("a layout that lost a layer, or has it damaged, gets it from the cache as a link") {
  CachedFile cached;
  LayoutStore layout{cached.cache.parent.path() / "layout"};
  const Layer made = cached.write(layout);
  const fs::path ours = layout.file_of(made.descriptor);
  for (const bool damaged : {false, true}) {
    fs::remove(ours);
    if (damaged) write_file(ours, "damaged");
    const auto blobs = cached.cache.open();
    LayerCache layers{*blobs};
    CHECK(layers.write(cached.entries, {}, layout).descriptor == made.descriptor);
    CHECK(layers.found() == 1);
    CHECK(fs::equivalent(ours, cached.cache.blob_path(made.descriptor)));
  }
}

TEST_CASE("a failure of the store is not a failure of the cache") {
  CachedFile cached;
  MakingStore store;
  const Layer made = cached.write(store);
  store.is_full = true;
  const Error error = failure_of([&] { return cached.write(store); });
  CHECK(testing::says(error, "the store is strange"));
  CHECK(fs::exists(cached.cache.blob_path(made.descriptor)));
  CHECK(cached.cache.troubles.empty());
}

TEST_CASE("a cache that cannot keep anything does not stop a layer from being made") {
  CachedFile cached;
  MakingStore store;
  const auto blobs = cached.cache.open();
  fs::remove_all(cached.cache.directory / "layers");
  write_file(cached.cache.directory / "layers", "in the way");
  LayerCache layers{*blobs};
  CHECK(layers.write(cached.entries, {}, store).descriptor.size > 0);
  CHECK(cached.cache.troubles.size() == 1);
}

TEST_CASE("an unchanged build makes no layer and gives the same images; a cache changes no digest") {
  Cache cache;
  const GivenServices services;
  const RunCommand no_cargo = [](const Command&, const CommandOutput&) { return ExitStatus{1}; };
  MakingStore plain;
  const BuildResult expected = build(services.plan(), plain, no_cargo);
  for (const int run : {1, 2}) {
    const auto blobs = cache.open();
    LayerCache layers{*blobs};
    MakingStore store;
    const BuildResult result = build(services.plan(), store, no_cargo, {.jobs = 4, .cache = &layers});
    CHECK(result.components[0].index == expected.components[0].index);
    CHECK(result.components[1].index == expected.components[1].index);
    CHECK(store.made == (run == 1 ? plain.made.load() : 0));
  }
}

TEST_CASE("an image from files finds its layer in the cache") {
  CachedFile cached;
  ImageRequest request{.files = {parse_add("file:/a")},
                       .directory = cached.cache.parent.path(),
                       .platforms = {Platform::parse("linux/amd64")}};
  const auto blobs = cached.cache.open();
  LayerCache layers{*blobs};
  request.cache = &layers;
  MakingStore first;
  MakingStore second;
  const Descriptor image = assemble_image(request, first);
  CHECK(assemble_image(request, second) == image);
  CHECK(first.made == 1);
  CHECK(second.made == 0);
}

}  // namespace
}  // namespace ocibuild
