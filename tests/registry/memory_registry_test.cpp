#include <doctest/doctest.h>

#include "registry/ask.hpp"

namespace ocibuild::testing {

TEST_CASE("the registry answers to its version, and to nothing it does not have") {
  MemoryRegistry registry;
  const ServerResponse version = ask(registry, "GET", "/v2/");
  CHECK(version.status == 200);
  CHECK(header(version, "docker-distribution-api-version") == "registry/2.0");
  CHECK(header(version, "content-length") == "2");
  CHECK(ask(registry, "GET", "/").status == 404);
  CHECK(ask(registry, "GET", "/v2/a/other/x").status == 404);
  CHECK(is_error(ask(registry, "GET", "/v2/UPPER/tags/list"), 400, "NAME_INVALID"));
  CHECK(is_error(ask(registry, "GET", "/v2/a/blobs/sha256:..%2F..%2Fx"), 400, "DIGEST_INVALID"));
}

TEST_CASE("a blob is in the repository it was put into and in no other") {
  MemoryRegistry registry;
  const std::string digest = registry.put_blob("team/app", "hello").string();
  const ServerResponse found = ask(registry, "GET", "/v2/team/app/blobs/" + digest);
  CHECK(found.status == 200);
  CHECK(found.body == "hello");
  CHECK(header(found, "Docker-Content-Digest") == digest);
  const ServerResponse head = ask(registry, "HEAD", "/v2/team/app/blobs/" + digest);
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(header(head, "Content-Length") == "5");
  CHECK(is_error(ask(registry, "GET", "/v2/team/other/blobs/" + digest), 404, "BLOB_UNKNOWN"));
}

TEST_CASE("a range of a blob is 206 with what was asked for, or 416") {
  MemoryRegistry registry;
  const std::string target = "/v2/a/blobs/" + registry.put_blob("a", "0123456789").string();
  const auto range = [&](const char* value) { return ask(registry, "GET", target, "", {{"Range", value}}); };
  CHECK(range("bytes=2-4").status == 206);
  CHECK(range("bytes=2-4").body == "234");
  CHECK(header(range("bytes=2-4"), "Content-Range") == "bytes 2-4/10");
  CHECK(range("bytes=7-").body == "789");
  CHECK(range("bytes=7-99").body == "789");
  CHECK(range("bytes=-3").body == "789");
  CHECK(range("bytes=10-").status == 416);
  CHECK(header(range("bytes=10-"), "Content-Range") == "bytes */10");
}

TEST_CASE("ranges can be ignored, or answered with others") {
  MemoryRegistry registry{{.blob_ranges = BlobRanges::ignored}};
  const std::string target = "/v2/a/blobs/" + registry.put_blob("a", "0123456789").string();
  const Headers range{{"Range", "bytes=5-"}};
  CHECK(ask(registry, "GET", target, "", range).status == 200);
  CHECK(ask(registry, "GET", target, "", range).body == "0123456789");
  registry.configure({.blob_ranges = BlobRanges::shifted});
  const ServerResponse shifted = ask(registry, "GET", target, "", range);
  CHECK(shifted.status == 206);
  CHECK(header(shifted, "Content-Range") == "bytes 4-9/10");
  CHECK(shifted.body == "456789");
}

TEST_CASE("a redirected blob is served to a signed URL without credentials only") {
  MemoryRegistry registry{{.blob_redirect = "https://cdn.test"}};
  const std::string digest = registry.put_blob("a", "hello").string();
  const ServerResponse redirect = ask(registry, "GET", "/v2/a/blobs/" + digest);
  CHECK(redirect.status == 307);
  const std::string location = header(redirect, "Location");
  CHECK(location == "https://cdn.test/_blobs/a/" + digest + "?signature=secret");
  CHECK(ask(registry, "HEAD", "/v2/a/blobs/" + digest).status == 200);
  CHECK(ask(registry, "GET", target_of(location)).body == "hello");
  CHECK(ask(registry, "GET", target_of(location), "", {{"Authorization", "Bearer x"}}).status == 400);
  CHECK(ask(registry, "HEAD", target_of(location)).status == 403);
}

TEST_CASE("Docker-Content-Digest can be absent, wrong or malformed") {
  MemoryRegistry registry;
  const std::string digest = registry.put_blob("a", "hello").string();
  const auto shown = [&](DigestHeader style) {
    registry.configure({.digest_header = style});
    return header(ask(registry, "HEAD", "/v2/a/blobs/" + digest), "Docker-Content-Digest");
  };
  CHECK(shown(DigestHeader::right) == digest);
  CHECK(shown(DigestHeader::absent).empty());
  CHECK(shown(DigestHeader::wrong).size() == digest.size());
  CHECK(shown(DigestHeader::wrong) != digest);
  CHECK(shown(DigestHeader::malformed) == "sha256:../../etc/passwd");
}

TEST_CASE("a blob can be spoilt behind its name, and lost") {
  MemoryRegistry registry;
  const Digest digest = registry.put_blob("a", "hello");
  CHECK(registry.corrupt(digest, Corruption::flipped));
  CHECK(registry.blob("a", digest) == "hemlo");
  CHECK(registry.corrupt(digest, Corruption::truncated));
  CHECK(registry.blob("a", digest) == "heml");
  CHECK(header(ask(registry, "GET", "/v2/a/blobs/" + digest.string()), "Docker-Content-Digest") == digest.string());
  registry.forget(digest);
  CHECK_FALSE(registry.contains_blob("a", digest));
  CHECK_FALSE(registry.corrupt(digest, Corruption::flipped));
}

TEST_CASE("the journal has every request with its answer") {
  MemoryRegistry registry;
  ask(registry, "GET", "/v2/");
  ask(registry, "POST", "/v2/a/blobs/uploads/", "", {{"User-Agent", "me"}});
  CHECK(registry.journal().lines() == std::vector<std::string>{"GET /v2/ 200", "POST /v2/a/blobs/uploads/ 202"});
  CHECK(registry.journal().count("POST", "/uploads/") == 1);
  CHECK(registry.journal().count("", "/v2/") == 2);
  CHECK(registry.journal().entries().at(1).headers.first("user-agent") == "me");
  registry.journal().clear();
  CHECK(registry.journal().entries().empty());
}

}  // namespace ocibuild::testing
