// Downloads that break, lie or are led elsewhere (DL01, DL04, AT03).
#include <doctest/doctest.h>

#include "ocibuild/spec/manifest.hpp"
#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

constexpr std::size_t limit = 1 << 20;
const std::string content = "0123456789abcdefghijklmnopqrstuvwxyz";
const Descriptor blob = blob_of(content).descriptor;

struct Server : World {
  explicit Server(RegistryOptions options = {}) : World{{.registry = std::move(options)}} {
    registry.put_blob("a", content);
  }

  std::string download() { return read_blob(store(), blob, limit); }

  FaultRule at(std::size_t skip, Fault fault, std::size_t times = 1) const {
    return {.method = "GET", .skip = skip, .times = times, .fault = std::move(fault)};
  }
};

const Fault break_at_60_percent = reset_at(FaultPoint::response, 21);

}  // namespace

TEST_CASE("DL01: a blob or manifest with a flipped or missing byte is a mismatch, and tried no further") {
  for (const Corruption corruption : {Corruption::flipped, Corruption::truncated}) {
    Server world;
    const std::string document = serialize(Index{});
    const Descriptor manifest = describe(media_type::index, document);
    world.registry.put_manifest("a", media_type::index, document);
    world.registry.corrupt(blob.digest, corruption);
    world.registry.corrupt(manifest.digest, corruption);
    CHECK(failure_of([&] { return world.download(); }).code() == Errc::digest_mismatch);
    CHECK(failure_of([&] { return read_blob(world.store(), manifest, limit); }).code() == Errc::digest_mismatch);
    CHECK(world.count("GET") <= 4);
  }
}

TEST_CASE("DL01: a blob that is cut short in the registry counts as missing, and is put again") {
  Server world;
  world.registry.corrupt(blob.digest, Corruption::truncated);
  RegistryStore store = world.store();
  CHECK_FALSE(store.contains(blob));
  CHECK(store.place(blob_of(content)) == BlobOutcome::uploaded);
  CHECK(world.download() == content);
}

TEST_CASE("DL04: a download that breaks goes on where it stopped") {
  Server world;
  world.faults.add(world.at(0, break_at_60_percent));
  CHECK(world.download() == content);
  CHECK(world.story() == "GET 200, GET 206");
  CHECK(world.transport.journal().entries().at(1).headers.first("Range") == "bytes=21-");
}

TEST_CASE("DL04: an answer that is not the range that was asked for is never spliced in") {
  for (const BlobRanges ranges : {BlobRanges::shifted, BlobRanges::ignored}) {
    Server world{{.blob_ranges = ranges}};
    world.faults.add(world.at(0, break_at_60_percent));
    CHECK(world.download() == content);
  }
  for (const char* range : {"bytes 21-35/37", "bytes 21-34/36", "bytes 0-35/36", "bytes 21-35/*", "21-35/36", ""}) {
    CAPTURE(range);
    Server world;
    world.faults.add(world.at(0, break_at_60_percent));
    world.faults.add(world.at(0, status(206, {{"Content-Range", range}}, std::string(15, '!'))));
    CHECK(world.download() == content);
  }
}

TEST_CASE("DL04: a right range with wrong bytes is a mismatch") {
  Server world;
  world.faults.add(world.at(0, break_at_60_percent));
  world.faults.add(world.at(0, status(206, {{"Content-Range", "bytes 21-35/36"}}, std::string(15, '!'))));
  CHECK(failure_of([&] { return world.download(); }).code() == Errc::digest_mismatch);
}

TEST_CASE("DL04: 416 or any other refusal of a range starts from the beginning") {
  for (const int code : {416, 400, 501}) {
    Server world;
    world.faults.add(world.at(0, break_at_60_percent));
    world.faults.add(world.at(0, status(code)));
    CHECK(world.download() == content);
    CHECK(world.story() == fmt::format("GET 200, GET {}, GET 200", code));
  }
}

TEST_CASE("DL04: the whole in place of a range is used, not asked for again") {
  Server world{{.blob_ranges = BlobRanges::ignored}};
  world.faults.add(world.at(0, break_at_60_percent));
  world.faults.add(world.at(0, reset_at(FaultPoint::response, 10)));
  CHECK(world.download() == content);
  CHECK(world.story() == "GET 200, GET 200, GET 200");
}

TEST_CASE("DL04: a download that breaks all the time gets there as long as it moves") {
  Server world;
  world.faults.add(world.at(0, reset_at(FaultPoint::response, 4), FaultRule::always));
  CHECK(world.download() == content);
  CHECK(world.count("GET") == 9);
}

TEST_CASE("DL04: a download that moves no more is given up with method, address and number of attempts") {
  Server world;
  world.faults.add(world.at(0, break_at_60_percent));
  world.faults.add(world.at(0, reset_at(FaultPoint::response, 0), FaultRule::always));
  const Error error = failure_of([&] { return world.download(); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "the download broke off after 21 of 36 bytes"));
  CHECK(any_says(error.notes(), "asked: GET https://r.test/v2/a/blobs/" + blob.digest.string()));
  CHECK(any_says(error.notes(), "tried 5 times"));
}

TEST_CASE("DL04: a connection that breaks behind the last byte costs nothing") {
  Server world;
  world.faults.add(world.at(0, wrong_length(3)));
  CHECK(world.download() == content);
  CHECK(world.count("GET") == 1);
}

TEST_CASE("DL04: an orderly end that comes too soon is not believed the first time") {
  Server world;
  world.faults.add(world.at(0, wrong_length(-5)));
  CHECK(world.download() == content);
  CHECK(world.story() == "GET 200, GET 206");
}

TEST_CASE("an answer without end is a mismatch after the bytes that were promised") {
  Server world;
  world.faults.add(world.at(0, endless()));
  CHECK(failure_of([&] { return world.download(); }).code() == Errc::digest_mismatch);
}

TEST_CASE("AT03: a blob behind a redirect is fetched without Authorization, also when it is resumed") {
  World world{{.registry = {.blob_redirect = "https://storage.test", .auth = {.scheme = AuthScheme::bearer}},
               .client = {.credentials = known_user()}}};
  world.registry.put_blob("a", content);
  Faults faults{{{.method = "GET", .fault = break_at_60_percent}}};
  world.transport.route("https://storage.test", world.registry, faults);
  CHECK(read_blob(world.store(), blob, limit) == content);
  for (const JournalEntry& entry : world.transport.journal().entries()) {
    if (entry.origin == "https://storage.test") CHECK_FALSE(entry.headers.first("Authorization"));
  }
  CHECK(world.count("GET", "/_blobs/") == 2);
}

}  // namespace ocibuild::testing
