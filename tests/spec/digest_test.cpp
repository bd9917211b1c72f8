// Digest grammar and hashing.
#include "ocibuild/spec/digest.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

constexpr std::string_view empty_digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

TEST_CASE("a digest splits into algorithm and encoded part") {
  const Digest digest = Digest::parse(empty_digest);
  CHECK(digest.string() == empty_digest);
  CHECK(digest.algorithm() == "sha256");
  CHECK(digest.encoded() == empty_digest.substr(7));
}

TEST_CASE("well-known contents have their well-known digests") {
  CHECK(Digest::of("").string() == empty_digest);
  CHECK(Digest::of("{}").string() == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  CHECK(Digest::of(std::string(1024, '\0')).string() ==
        "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
}

TEST_CASE("sha512 is computed too") {
  Hasher hasher{"sha512"};
  hasher.update(as_bytes("{}"));
  CHECK(hasher.finish().string() ==
        "sha512:27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9"
        "a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd");
}

TEST_CASE("hashing in pieces gives the digest of the whole") {
  Hasher hasher;
  for (const char* const piece : {"", "{", "", "}"}) hasher.update(as_bytes(piece));
  CHECK(hasher.finish() == Digest::of("{}"));
}

TEST_CASE("a digest of an unknown algorithm is carried along but not computed") {
  CHECK(Digest::parse("sha256+b64u:LCa0a2j_xo=").algorithm() == "sha256+b64u");
  CHECK(Digest::parse("multihash+base58_x.y-z:QmRZ").encoded() == "QmRZ");
  const Error error = failure_of([] { return Hasher{"blake3"}; });
  CHECK(error.code() == Errc::unsupported);
  CHECK(says(error, "blake3"));
}

TEST_CASE("texts that are not digests are refused with the rule they break") {
  const std::string hex(64, 'a');
  const struct {
    std::string text;
    std::string_view rule;
  } cases[] = {
      {"", "expected ALGORITHM:ENCODED"},
      {hex, "expected ALGORITHM:ENCODED"},
      {":" + hex, "the algorithm must be"},
      {"SHA256:" + hex, "the algorithm must be"},
      {"sha256+:" + hex, "the algorithm must be"},
      {"+sha256:" + hex, "the algorithm must be"},
      {"sha256+-b:" + hex, "the algorithm must be"},
      {"sha256:", "the part after the colon"},
      {"sha256:../../x", "the part after the colon"},
      {"blake3:../../x", "the part after the colon"},
      {"sha256:" + hex + "\n", "the part after the colon"},
      {"sha256:" + hex + std::string(1, '\0'), "the part after the colon"},
      {"sha256:" + hex + ":" + hex, "the part after the colon"},
      {"sha256:" + hex.substr(1), "64 lower-case hexadecimal digits"},
      {"sha256:" + hex + "a", "64 lower-case hexadecimal digits"},
      {"sha256:" + std::string(64, 'A'), "64 lower-case hexadecimal digits"},
      {"sha256:" + std::string(64, 'g'), "64 lower-case hexadecimal digits"},
      {"sha512:" + hex, "128 lower-case hexadecimal digits"},
      {"sha256:" + std::string(1 << 20, 'a'), "it has 1048583 bytes, at most 512"},
      {"blake3:" + std::string(506, 'a'), "it has 513 bytes, at most 512"},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.text.substr(0, 100));
    const Error error = failure_of([&] { return Digest::parse(bad.text); });
    CHECK(error.code() == Errc::invalid_document);
    CHECK(says(error, bad.rule));
    CHECK(std::string_view{error.what()}.size() < 400);
  }
}

TEST_CASE("a message about a digest shows control characters escaped") {
  const Error error = failure_of([] { return Digest::parse("sha256:\x1b[31m\xff"); });
  CHECK(says(error, R"("sha256:\x1b[31m\xff")"));
}

TEST_CASE("a hashing sink passes everything on, counts it and knows its digest") {
  MemorySink memory;
  HashingSink sink{memory};
  sink.write(as_bytes("{"));
  sink.write(as_bytes("}"));
  sink.finish();
  CHECK(memory.content() == "{}");
  CHECK(sink.size() == 2);
  CHECK(sink.digest() == Digest::of("{}"));
}
