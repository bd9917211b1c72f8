#include "ocibuild/store/blob_cache.hpp"

#include <thread>

#include <doctest/doctest.h>

#include "store/caches.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t limit = 1 << 20;

using testing::Cache;
using testing::spoil;
using testing::text_blob;

CacheKey layer_key(std::string name) {
  return {.kind = CacheKind::layer, .name = std::move(name)};
}

void set_last_use(const fs::path& record, int hours_ago) {
  fs::last_write_time(record, fs::file_time_type::clock::now() - std::chrono::hours{hours_ago});
}

}  // namespace

TEST_CASE("a blob that was kept is found by its key, by another object too, with everything its descriptor says") {
  Cache cache;
  Blob blob = text_blob("some text");
  blob.descriptor.annotations["a"] = "b";
  cache.open()->keep(layer_key("one"), blob);
  const auto again = cache.open();
  CHECK(again->find(layer_key("one")) == blob.descriptor);
  CHECK_FALSE(again->find(layer_key("two")));
  CHECK_FALSE(again->find({.kind = CacheKind::fetched, .name = "one"}));
  CHECK(read_all(*again->blob(blob.descriptor).open(), limit) == "some text");
  CHECK(again->is_intact(layer_key("one"), blob.descriptor));
  CHECK(cache.troubles.empty());
}

TEST_CASE("a new cache is for its owner alone and says that it is a cache; an old one keeps its mode") {
  Cache cache;
  cache.open();
  CHECK(fs::status(cache.directory).permissions() == fs::perms::owner_all);
  CHECK(read_file(cache.directory / "CACHEDIR.TAG", limit).starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
  fs::permissions(cache.directory, fs::perms::owner_all | fs::perms::group_all);
  cache.open();
  CHECK(fs::status(cache.directory).permissions() == (fs::perms::owner_all | fs::perms::group_all));
}

TEST_CASE("a directory that is something else does not become a cache") {
  Cache cache;
  fs::create_directory(cache.directory);
  std::ofstream{cache.directory / "thesis.txt"} << "x";
  CHECK(testing::failure_of([&] { return cache.open(); }).code() == Errc::invalid_document);
}

TEST_CASE("a layout with images does not become a cache, and is not trimmed") {
  Cache cache;
  LayoutStore layout{cache.directory};
  const Descriptor root = testing::put_sample_index(layout);
  layout.tag(root, "v1");
  CHECK(testing::failure_of([&] { return cache.open(); }).code() == Errc::invalid_document);
  CHECK(testing::failure_of([&] { return trim_cache(cache.directory, 0); }).code() == Errc::invalid_document);
  CHECK(layout.contains(root));
}

TEST_CASE("a record with any bit flipped, cut off or empty is no record, and is removed") {
  Cache cache;
  const Blob blob = text_blob("some text");
  cache.open()->keep(layer_key("one"), blob);
  const fs::path record = cache.records().front();
  const std::string good = read_file(record, limit);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::ofstream{record, std::ios::binary} << good;
    spoil(record, at);
    CHECK_FALSE(cache.open()->find(layer_key("one")));
    CHECK_FALSE(fs::exists(record));
  }
  for (const std::size_t size : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
    std::ofstream{record, std::ios::binary} << good.substr(0, size);
    CHECK_FALSE(cache.open()->find(layer_key("one")));
  }
  CHECK(cache.troubles.size() == good.size() + 3);
}

TEST_CASE("the record of another key is not taken for this one's") {
  Cache cache;
  const auto open = cache.open();
  open->keep(layer_key("one"), text_blob("some text"));
  const fs::path record = cache.records().front();
  fs::copy_file(record, record.parent_path() / Digest::of("two").encoded());
  CHECK_FALSE(open->find(layer_key("two")));
  CHECK(open->find(layer_key("one")));
}

TEST_CASE("a blob that is missing is silently absent, one of another size or kind is absent and gone") {
  Cache cache;
  const auto open = cache.open();
  const Blob blob = text_blob("some text");
  const fs::path path = cache.blob_path(blob.descriptor);
  open->keep(layer_key("one"), blob);
  fs::remove(path);
  CHECK_FALSE(open->find(layer_key("one")));
  CHECK(cache.troubles.empty());
  open->keep(layer_key("one"), blob);
  fs::resize_file(path, 3);
  CHECK_FALSE(open->find(layer_key("one")));
  open->keep(layer_key("one"), blob);
  fs::remove(path);
  fs::create_symlink("/etc/passwd", path);
  CHECK_FALSE(open->find(layer_key("one")));
  CHECK(cache.troubles.size() == 2);
  CHECK(cache.records().empty());
}

TEST_CASE("a blob with a flipped bit is not given out whole, and is replaced when it is kept again") {
  Cache cache;
  const auto open = cache.open();
  const Blob blob = text_blob("some text");
  open->keep(layer_key("one"), blob);
  spoil(cache.blob_path(blob.descriptor), 4);
  const auto read = [&] { return read_all(*open->blob(blob.descriptor).open(), limit); };
  CHECK(testing::failure_of(read).code() == Errc::digest_mismatch);
  open->keep(layer_key("two"), blob);
  CHECK(read() == "some text");
  spoil(cache.blob_path(blob.descriptor), 4);
  CHECK_FALSE(open->is_intact(layer_key("one"), blob.descriptor));
  CHECK_FALSE(open->find(layer_key("one")));
  CHECK(fs::is_empty(cache.directory / ".ocibuild/corrupt"));
}

TEST_CASE("what cannot be kept is not kept, with one complaint") {
  Cache cache;
  const auto open = cache.open();
  fs::remove_all(cache.directory / "layers");
  open->keep(layer_key("one"), text_blob("one"));
  open->keep(layer_key("two"), text_blob("two"));
  CHECK(cache.troubles.size() == 1);
  CHECK_FALSE(open->has_grown());
}

TEST_CASE("trimming removes what was used least recently") {
  Cache cache;
  for (const char* const name : {"old", "new", "mid"}) {
    cache.open()->keep(layer_key(name), text_blob(std::string(100, *name)));
  }
  const auto record = [&](const char* name) { return cache.directory / "layers" / Digest::of(name).encoded(); };
  set_last_use(record("old"), 3);
  set_last_use(record("mid"), 2);
  CHECK(trim_cache(cache.directory, 250) == BlobCount{.count = 1, .bytes = 100});
  CHECK(cache.open()->find(layer_key("mid")));  // a use
  set_last_use(record("new"), 1);
  CHECK(trim_cache(cache.directory, 100) == BlobCount{.count = 1, .bytes = 100});
  CHECK_FALSE(cache.open()->find(layer_key("old")));
  CHECK_FALSE(cache.open()->find(layer_key("new")));
  CHECK(cache.open()->find(layer_key("mid")));
  CHECK(cache_content(cache.directory).layers == BlobCount{.count = 1, .bytes = 100});
}

TEST_CASE("what a living cache has found or kept is not evicted, not even by itself") {
  Cache cache;
  cache.open()->keep(layer_key("found"), text_blob("found"));
  cache.open()->keep(layer_key("other"), text_blob("other"));
  auto user = cache.open();
  user->keep(layer_key("kept"), text_blob("kept"));
  CHECK(user->find(layer_key("found")));
  CHECK(trim_cache(cache.directory, 0).count == 1);
  CHECK(user->find(layer_key("kept")));
  CHECK(user->find(layer_key("found")));
  user.reset();
  CHECK(trim_cache(cache.directory, 0).count == 2);
  CHECK(cache_content(cache.directory).layers == BlobCount{});
}

TEST_CASE("trimming removes blobs and records that belong to nothing, and damaged records, below the limit too") {
  Cache cache;
  LayoutStore{cache.directory}.put(text_blob("without a record"));
  cache.open()->keep(layer_key("whole"), text_blob("whole"));
  cache.open()->keep(layer_key("gone"), text_blob("gone"));
  fs::remove(cache.blob_path(text_blob("gone").descriptor));
  std::ofstream{cache.directory / "layers" / "junk"} << "junk";
  CHECK(trim_cache(cache.directory, limit) == BlobCount{.count = 1, .bytes = 16});
  CHECK(cache.records().size() == 1);
  CHECK(cache.open()->find(layer_key("whole")));
}

TEST_CASE("a blob under two keys is one blob, and stays as long as the later of them is used") {
  Cache cache;
  const Blob blob = text_blob(std::string(100, 'x'));
  const CacheKey fetched{.kind = CacheKind::fetched, .name = blob.descriptor.digest.string()};
  cache.open()->keep(layer_key("one"), blob);
  cache.open()->keep(fetched, blob);
  cache.open()->keep(layer_key("other"), text_blob(std::string(100, 'y')));
  CHECK(cache_content(cache.directory).layers.count == 2);
  CHECK(cache_content(cache.directory).fetched.count == 0);
  set_last_use(cache.directory / "layers" / Digest::of("one").encoded(), 9);
  set_last_use(cache.directory / "layers" / Digest::of("other").encoded(), 5);
  trim_cache(cache.directory, 100);
  CHECK(cache.open()->find(fetched));
  CHECK(cache.open()->find(layer_key("one")));
}

TEST_CASE("a directory that is not there has nothing in it, and is not made by looking or trimming") {
  Cache cache;
  CHECK(cache_content(cache.directory).layers == BlobCount{});
  CHECK(trim_cache(cache.directory, 0) == BlobCount{});
  CHECK_FALSE(fs::exists(cache.directory));
}

TEST_CASE("threads that keep, find and evict at once see whole blobs or none") {
  Cache cache;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (int round = 0; round < 50; ++round) {
        const Blob blob = text_blob(std::string(10'000, static_cast<char>('a' + round % 5)));
        const CacheKey key = layer_key(std::to_string(round % 5));
        BlobCache open{cache.directory};
        const auto found = open.find(key);
        if (found) CHECK(read_all(*open.blob(*found).open(), limit).size() == 10'000);
        if (!found) open.keep(key, blob);
        if (number == 0) trim_cache(cache.directory, 20'000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& file : fs::directory_iterator{cache.directory / "blobs/sha256"}) {
    CHECK(Digest::of(read_file(file.path(), limit)).encoded() == file.path().filename().native());
  }
}

}  // namespace ocibuild
