// Describing bytes and reading them back verified.
#include "ocibuild/spec/descriptor.hpp"

#include <doctest/doctest.h>

#include "ocibuild/spec/media_type.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

VerifyingSource open_as(std::string content, const Descriptor& descriptor) {
  return VerifyingSource{std::make_unique<MemorySource>(std::move(content)), descriptor};
}

}  // namespace

TEST_CASE("a description holds media type, digest and size") {
  const Descriptor descriptor = describe(media_type::empty, "{}");
  CHECK(descriptor.media_type == media_type::empty);
  CHECK(descriptor.digest == Digest::of("{}"));
  CHECK(descriptor.size == 2);
}

TEST_CASE("bytes that match their descriptor pass the verifying source") {
  VerifyingSource source = open_as("some bytes", describe("a/b", "some bytes"));
  CHECK(read_all(source, 100) == "some bytes");
  std::byte more[1];
  CHECK(source.read(more) == 0);
}

TEST_CASE("the empty blob passes the verifying source") {
  VerifyingSource source = open_as("", describe("a/b", ""));
  CHECK(read_all(source, 100).empty());
}

TEST_CASE("a truncated blob is refused with both sizes") {
  const Descriptor descriptor = describe("a/b", "some bytes");
  VerifyingSource source = open_as("some byte", descriptor);
  const Error error = failure_of([&] { return read_all(source, 100); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "blob " + descriptor.digest.string() + " has 9 bytes, its descriptor says 10"));
}

TEST_CASE("trailing bytes are refused before they are given out") {
  VerifyingSource source = open_as("some bytes and more", describe("a/b", "some bytes"));
  std::byte buffer[64];
  const Error error = failure_of([&] { return source.read(buffer); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "has at least 19 bytes, its descriptor says 10"));
}

TEST_CASE("other bytes of the same size are refused with both digests") {
  VerifyingSource source = open_as("SOME BYTES", describe("a/b", "some bytes"));
  const Error error = failure_of([&] { return read_all(source, 100); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, Digest::of("some bytes").string()));
  CHECK(says(error, Digest::of("SOME BYTES").string()));
}

TEST_CASE("a failed verification is not forgotten") {
  VerifyingSource source = open_as("SOME BYTES", describe("a/b", "some bytes"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    CHECK(failure_of([&] { return read_all(source, 100); }).code() == Errc::digest_mismatch);
  }
}

TEST_CASE("reading into nothing does not count as the end") {
  VerifyingSource source = open_as("x", describe("a/b", "x"));
  CHECK(source.read({}) == 0);
  CHECK(read_all(source, 100) == "x");
}

TEST_CASE("sha512 descriptors are verified and unknown algorithms refused") {
  Hasher hasher{"sha512"};
  hasher.update(as_bytes("x"));
  const Descriptor sha512{.media_type = "a/b", .digest = hasher.finish(), .size = 1};
  VerifyingSource good = open_as("x", sha512);
  CHECK(read_all(good, 100) == "x");
  VerifyingSource bad = open_as("y", sha512);
  CHECK(failure_of([&] { return read_all(bad, 100); }).code() == Errc::digest_mismatch);

  const Descriptor blake{.media_type = "a/b", .digest = Digest::parse("blake3:abc"), .size = 1};
  CHECK(failure_of([&] { return open_as("x", blake); }).code() == Errc::unsupported);
}
