// Which way a blob goes up where the usual one is refused, and chunks that do not arrive as they should (UP08).
#include <doctest/doctest.h>

#include "registry/chunks.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

/// A little more than one chunk.
const std::string& large() {
  static const std::string content = std::string(16 << 20, 'x') + "the rest";
  return content;
}

const std::string end_of_first_chunk = "0-16777215";

/// A registry that takes chunks and nothing else.
WorldOptions chunks_only(RegistryOptions options = {}) {
  options.put_refusal = 413;
  return {.registry = std::move(options)};
}

FaultRule refuse_streams() {
  return {.method = "PATCH", .fault = status(413)};
}

/// Befalls the second chunk; the first PATCH is the stream that is refused.
FaultRule second_chunk(Fault fault) {
  return {.method = "PATCH", .skip = 1, .fault = std::move(fault)};
}

bool any_content_range(World& world) {
  return std::ranges::any_of(world.transport.journal().entries(), [](const JournalEntry& entry) {
    return entry.headers.first("Content-Range").has_value();
  });
}

}  // namespace

TEST_CASE("a blob that is refused whole is streamed, and the next one at once") {
  for (const int code : {405, 411, 413, 501}) {
    CAPTURE(code);
    World world{{.registry = {.put_refusal = code}}};
    RegistryStore store = world.store();
    CHECK(store.place(blob_of("one")) == BlobOutcome::uploaded);
    CHECK(world.story() == fmt::format("HEAD 404, POST 202, PUT {}, POST 202, PATCH 202, PUT 201", code));
    world.transport.journal().clear();
    CHECK(world.store("b").place(blob_of("two")) == BlobOutcome::uploaded);
    CHECK(world.story() == "HEAD 404, POST 202, PATCH 202, PUT 201");
    CHECK_FALSE(any_content_range(world));
    CHECK(world.waits.empty());
  }
}

TEST_CASE("a blob that may not be streamed either goes up in chunks, and the next one at once") {
  World world{chunks_only()};
  world.faults.add(refuse_streams());
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.story() == "HEAD 404, POST 202, PUT 413, POST 202, PATCH 413, POST 202, PATCH 202, PATCH 202, PUT 201");
  const auto entries = world.transport.journal().entries();
  CHECK(entries.at(6).headers.first("Content-Range") == end_of_first_chunk);
  CHECK(entries.at(7).headers.first("Content-Range") == "16777216-16777223");
  CHECK(world.registry.blob("a", Digest::of(large())) == large());
  world.transport.journal().clear();
  store.put(blob_of("small"));
  CHECK(world.story() == "HEAD 404, POST 202, PATCH 202, PUT 201");
}

TEST_CASE("chunks that are too large, as for nginx that nobody told otherwise, are followed by such of 1 MiB") {
  World world{chunks_only()};
  world.faults.add({.method = "PATCH", .times = 2, .fault = status(413)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.count("POST") == 3);
  CHECK(world.count("PATCH") == 2 + 17);
  CHECK(world.transport.journal().entries().at(7).headers.first("Content-Range") == "0-1048575");
  CHECK(world.registry.blob("a", Digest::of(large())) == large());
  CHECK(world.waits.empty());
}

TEST_CASE("a blob that is refused in every way is an error, after each way once") {
  World world{{.registry = {.put_refusal = 413, .patch_refusal = 413}}};
  RegistryStore store = world.store();
  const Error error = failure_of([&] { return store.place(blob_of("x")); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "413"));
  CHECK(any_says(error.help(), "client_max_body_size"));
  CHECK(world.story() == "HEAD 404, POST 202, PUT 413, POST 202, PATCH 413, POST 202, PATCH 413");
}

TEST_CASE("GHCR is never sent chunks, which it joins wrongly, whatever its host is called") {
  for (const char* host : {"ghcr.io", "ghcr.io:443", "containers.octocorp.ghe.com"}) {
    CAPTURE(host);
    World world{{.registry = {.put_refusal = 413, .patch_refusal = 413}, .host = host}};
    world.transport.route("https://ghcr.io", world.registry, world.faults);
    RegistryStore store = world.store();
    CHECK(failure_of([&] { return store.place(blob_of("x")); }).code() == Errc::unavailable);
    CHECK(world.story() == "HEAD 404, POST 202, PUT 413, POST 202, PATCH 413");
    CHECK_FALSE(any_content_range(world));
  }
}

TEST_CASE("an empty blob goes up in every way") {
  for (const std::size_t refused_streams : {0, 1}) {
    World world{{.registry = {.put_refusal = 413}}};
    world.faults.add({.method = "PUT", .target = "digest=", .fault = status(413)});
    world.faults.add({.method = "PATCH", .times = refused_streams, .fault = status(413)});
    RegistryStore store = world.store();
    CHECK(store.place(blob_of("")) == BlobOutcome::uploaded);
    CHECK(world.registry.blob("a", Digest::of("")) == "");
  }
}

TEST_CASE("UP08: chunks go on where a 416 says the registry is") {
  World world{chunks_only()};
  world.faults.add(refuse_streams());
  world.faults.add(second_chunk(status(416, {{"Range", end_of_first_chunk}})));
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.story().ends_with("PATCH 202, PATCH 416, PATCH 202, PUT 201"));
  CHECK(world.registry.blob("a", Digest::of(large())) == large());
}

TEST_CASE("UP08: a 416 that does not say where is followed by the question") {
  World world{chunks_only()};
  world.faults.add(refuse_streams());
  world.faults.add(second_chunk(status(416)));
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.story().ends_with("PATCH 202, PATCH 416, GET 204, PATCH 202, PUT 201"));
}

TEST_CASE("UP08: 0-0 before anything was taken means that nothing has arrived") {
  World world{chunks_only()};
  world.faults.add(refuse_streams());
  world.faults.add({.method = "PATCH", .fault = status(416, {{"Range", "0-0"}})});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.waits.empty());
  CHECK(world.registry.blob("a", Digest::of(large())) == large());
}

TEST_CASE("UP08: a Range that goes back is followed once") {
  World world{chunks_only()};
  world.faults.add(refuse_streams());
  world.faults.add(second_chunk(status(416, {{"Range", "0-99"}})));
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
  CHECK(world.count("PATCH") <= 6);
  CHECK(world.registry.blob("a", Digest::of(large())) == large());
}

TEST_CASE("UP08: a Range that is missing is taken as everything that was sent") {
  World world{chunks_only({.upload_range = UploadRange::missing})};
  world.faults.add(refuse_streams());
  RegistryStore store = world.store();
  CHECK(store.place(blob_of(large())) == BlobOutcome::uploaded);
}

TEST_CASE("UP08: a Range that stands still or lags behind ends the upload, not in a loop") {
  for (const UploadRange range : {UploadRange::stuck, UploadRange::behind}) {
    WorldOptions options = chunks_only({.upload_range = range});
    options.client.retry.attempts = 2;
    World world{std::move(options)};
    world.faults.add(refuse_streams());
    RegistryStore store = world.store();
    const Error error = failure_of([&] { return store.place(blob_of(large())); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(says(error, "the registry does not take the blob in chunks"));
    CHECK(world.count("PATCH") <= 10);
  }
}

TEST_CASE("UP08: chunks that are always refused with 416 end, too, and so does a Range from nowhere") {
  for (const char* range : {"0-5", "0-999999999999", "5-3", "0-", "bytes", "0-99999999999999999999999"}) {
    CAPTURE(range);
    World world{chunks_only()};
    world.faults.add(refuse_streams());
    world.faults.add({.method = "PATCH", .times = FaultRule::always, .fault = status(416, {{"Range", range}})});
    RegistryStore store = world.store();
    CHECK(failure_of([&] { return store.place(blob_of("ten bytes.")); }).code() == Errc::unavailable);
    CHECK(world.count("PATCH") <= 60);
  }
}

TEST_CASE("a chunk is as large as the registry asks for, within reason") {
  const auto size = [](const char* least) { return chunk_size({{"OCI-Chunk-Min-Length", least}}); };
  CHECK(chunk_size({}) == 16 << 20);
  CHECK(size("1024") == 16 << 20);
  CHECK(size("33554432") == 32 << 20);
  CHECK(size("99999999999") == 64 << 20);
  CHECK(size("-1") == 16 << 20);
}

}  // namespace ocibuild::testing
