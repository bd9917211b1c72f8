#include <doctest/doctest.h>

#include "registry/ask.hpp"

namespace ocibuild::testing {
namespace {

const std::string hello = Digest::of("hello").string();

/// The target that the session opened by this POST goes on at.
std::string open_session(MemoryRegistry& registry, const std::string& query = "") {
  const ServerResponse opened = ask(registry, "POST", "/v2/a/blobs/uploads/" + query);
  CHECK(opened.status == 202);
  return target_of(header(opened, "Location"));
}

std::string with_digest(const std::string& target, const std::string& digest) {
  return target + (target.find('?') == std::string::npos ? "?" : "&") + "digest=" + digest;
}

Headers chunk(const char* range) {
  return {{"Content-Type", "application/octet-stream"}, {"Content-Range", range}};
}

}  // namespace

TEST_CASE("a session is opened by POST and closed by PUT with the whole blob") {
  MemoryRegistry registry;
  const std::string session = open_session(registry);
  CHECK(registry.open_uploads() == 1);
  const ServerResponse put = ask(registry, "PUT", with_digest(session, hello), "hello");
  CHECK(put.status == 201);
  CHECK(header(put, "Location") == "/v2/a/blobs/" + hello);
  CHECK(header(put, "Docker-Content-Digest") == hello);
  CHECK(registry.blob("a", Digest::parse(hello)) == "hello");
  CHECK(registry.open_uploads() == 0);
}

TEST_CASE("an escaped digest and an empty blob are as good as any") {
  MemoryRegistry registry;
  const std::string empty = Digest::of("").string();
  CHECK(ask(registry, "PUT", with_digest(open_session(registry), "sha256%3A" + empty.substr(7))).status == 201);
  CHECK(registry.contains_blob("a", Digest::parse(empty)));
}

TEST_CASE("a digest that is wrong, malformed or missing ends in DIGEST_INVALID") {
  MemoryRegistry registry;
  for (const char* digest : {"sha256:0", "sha256:../../x", "md5:d41d8cd98f00b204e9800998ecf8427e", ""}) {
    CHECK(is_error(ask(registry, "PUT", with_digest(open_session(registry), digest), "hello"), 400, "DIGEST_INVALID"));
  }
  CHECK(is_error(ask(registry, "PUT", with_digest(open_session(registry), hello), "hellO"), 400, "DIGEST_INVALID"));
  CHECK(registry.open_uploads() == 0);
  CHECK(is_error(ask(registry, "PUT", open_session(registry), "hello"), 400, "DIGEST_INVALID"));
  CHECK(registry.open_uploads() == 1);
  CHECK(registry.blobs("a").empty());
}

TEST_CASE("one POST with the digest is an upload, or opens a session where it is not known") {
  MemoryRegistry registry;
  CHECK(ask(registry, "POST", "/v2/a/blobs/uploads/?digest=" + hello, "hello").status == 201);
  CHECK(registry.contains_blob("a", Digest::parse(hello)));
  registry.configure({.single_post_status = 202});
  CHECK(ask(registry, "POST", "/v2/b/blobs/uploads/?digest=" + hello, "hello").status == 202);
  CHECK(registry.blobs("b").empty());
}

TEST_CASE("chunks go on where the session stands, with and without Content-Range") {
  MemoryRegistry registry;
  const std::string session = open_session(registry);
  const ServerResponse first = ask(registry, "PATCH", session, "he", chunk("0-1"));
  CHECK(first.status == 202);
  CHECK(header(first, "Range") == "0-1");
  const ServerResponse second = ask(registry, "PATCH", session, "ll");
  CHECK(header(second, "Range") == "0-3");
  const ServerResponse status = ask(registry, "GET", session);
  CHECK(status.status == 204);
  CHECK(header(status, "Range") == "0-3");
  CHECK(header(status, "Location") == session);
  CHECK(ask(registry, "PUT", with_digest(session, hello), "o", chunk("4-4")).status == 201);
}

TEST_CASE("a chunk out of order is 416 and says where to go on") {
  MemoryRegistry registry;
  const std::string session = open_session(registry);
  ask(registry, "PATCH", session, "he", chunk("0-1"));
  const ServerResponse again = ask(registry, "PATCH", session, "he", chunk("0-1"));
  CHECK(is_error(again, 416, "RANGE_INVALID"));
  CHECK(header(again, "Range") == "0-1");
  CHECK(header(again, "Location") == session);
  CHECK(ask(registry, "PATCH", session, "l", chunk("3-3")).status == 416);
  CHECK(is_error(ask(registry, "PATCH", session, "l", chunk("2-3")), 400, "SIZE_INVALID"));
  CHECK(is_error(ask(registry, "PATCH", session, "l", chunk("bytes 2-2")), 400, "BLOB_UPLOAD_INVALID"));
  CHECK(is_error(ask(registry, "PATCH", session, "l", {{"Content-Type", "text/plain"}}), 400, "BLOB_UPLOAD_INVALID"));
  CHECK(ask(registry, "PATCH", session, "llo", chunk("2-4")).status == 202);
  CHECK(ask(registry, "PUT", with_digest(session, hello)).status == 201);
}

TEST_CASE("a session belongs to its repository, and ends when it is given up") {
  MemoryRegistry registry;
  const std::string session = open_session(registry);
  const std::string other = "/v2/b" + session.substr(5);
  CHECK(is_error(ask(registry, "PUT", with_digest(other, hello), "hello"), 404, "BLOB_UPLOAD_UNKNOWN"));
  CHECK(ask(registry, "DELETE", session).status == 204);
  CHECK(is_error(ask(registry, "GET", session), 404, "BLOB_UPLOAD_UNKNOWN"));
}

TEST_CASE("a Location is written as the options want it") {
  MemoryRegistry registry;
  const auto location = [&](LocationStyle style) {
    registry.configure({.location = style});
    return header(ask(registry, "POST", "/v2/a/blobs/uploads/"), "Location");
  };
  CHECK(location(LocationStyle::relative).starts_with("/v2/a/blobs/uploads/5e55"));
  CHECK(location(LocationStyle::absolute).starts_with("http://registry.test/v2/a/blobs/uploads/5e55"));
  CHECK(location(LocationStyle::schemeless).starts_with("registry.test/v2/a/blobs/uploads/5e55"));
  CHECK(location(LocationStyle::missing).empty());
  const std::string ghcr = location(LocationStyle::ghcr);
  CHECK(ghcr.starts_with("http://registry.test/v2/a/blobs/upload/5e55"));
  CHECK(ask(registry, "PUT", with_digest(target_of(ghcr), hello), "hello").status == 201);
  registry.configure({.location = LocationStyle::absolute, .location_origin = "https://evil.test"});
  CHECK(open_session(registry).starts_with("/v2/a/"));
}

TEST_CASE("a state must come back verbatim, and is good until more bytes arrive") {
  MemoryRegistry registry{docker_registry_options()};
  const std::string first = open_session(registry);
  CHECK(first.find("?_state=") != std::string::npos);
  CHECK(ask(registry, "PATCH", first.substr(0, first.find('?')), "he").status == 404);
  std::string decoded = first;
  decoded.replace(decoded.find("%3D"), 3, "=");
  CHECK(is_error(ask(registry, "PATCH", decoded, "he"), 404, "BLOB_UPLOAD_INVALID"));
  const std::string same = target_of(header(ask(registry, "GET", first), "Location"));
  CHECK(same != first);
  const std::string second = target_of(header(ask(registry, "PATCH", first, "hello"), "Location"));
  for (const std::string& old : {first, same}) {
    CHECK(is_error(ask(registry, "GET", old), 404, "BLOB_UPLOAD_INVALID"));
  }
  CHECK(ask(registry, "PUT", with_digest(second, hello)).status == 201);
}

TEST_CASE("a broken PATCH leaves a session that no known state fits") {
  MemoryRegistry registry{docker_registry_options()};
  const std::string session = open_session(registry);
  registry.interrupted({.method = "PATCH", .target = session, .body = "he"});
  CHECK(is_error(ask(registry, "GET", session), 404, "BLOB_UPLOAD_INVALID"));
}

TEST_CASE("Content-Range can be ignored, as docker-registry does") {
  MemoryRegistry registry{{.ignores_content_range = true}};
  const std::string session = open_session(registry);
  CHECK(ask(registry, "PATCH", session, "he", chunk("0-1")).status == 202);
  CHECK(header(ask(registry, "PATCH", session, "he", chunk("0-1")), "Range") == "0-3");
}

TEST_CASE("GHCR takes a large blob with one PUT or one PATCH, but not with a Content-Range") {
  RegistryOptions options = ghcr_options();
  options.auth.scheme = AuthScheme::none;
  MemoryRegistry registry{options};
  const std::string large((4 << 20) + 1, 'x');
  const std::string digest = Digest::of(large).string();
  const std::string range = "0-" + std::to_string(large.size() - 1);
  CHECK(is_error(ask(registry, "PUT", with_digest(open_session(registry), digest), large, chunk(range.c_str())), 416,
                 "REQUESTED_RANGE_NOT_SATISFIABLE"));
  CHECK(registry.open_uploads() == 0);
  CHECK(ask(registry, "PUT", with_digest(open_session(registry), digest), large).status == 201);
  const std::string session = open_session(registry);
  CHECK(ask(registry, "PATCH", session, large).status == 202);
  CHECK(ask(registry, "DELETE", session).status == 405);
}

TEST_CASE("either way to upload can be refused, and success can have another number") {
  MemoryRegistry registry{{.put_refusal = 413, .patch_status = 201, .put_status = 204}};
  const std::string session = open_session(registry);
  CHECK(ask(registry, "PUT", with_digest(session, hello), "hello").status == 413);
  CHECK(ask(registry, "PATCH", session, "hello").status == 201);
  CHECK(ask(registry, "PUT", with_digest(session, hello)).status == 204);
  registry.configure({.patch_refusal = 405});
  CHECK(ask(registry, "PATCH", open_session(registry), "hello").status == 405);
}

TEST_CASE("a Range can stand still, lag behind or be missing") {
  MemoryRegistry registry;
  const auto range = [&](UploadRange style) {
    registry.configure({.upload_range = style});
    const std::string session = open_session(registry);
    ask(registry, "PATCH", session, "he");
    return header(ask(registry, "PATCH", session, "llo!"), "Range");
  };
  CHECK(range(UploadRange::exact) == "0-5");
  CHECK(range(UploadRange::stuck) == "0-1");
  CHECK(range(UploadRange::behind) == "0-2");
  CHECK(range(UploadRange::missing).empty());
}

TEST_CASE("the smallest chunk can be said when a session is opened") {
  MemoryRegistry registry{{.chunk_minimum = 1024}};
  CHECK(header(ask(registry, "POST", "/v2/a/blobs/uploads/"), "OCI-Chunk-Min-Length") == "1024");
}

TEST_CASE("a mount takes a blob of another repository, or opens a session") {
  MemoryRegistry registry;
  registry.put_blob("base", "hello");
  const std::string mount = "/v2/a/blobs/uploads/?mount=" + hello + "&from=";
  CHECK(ask(registry, "POST", mount + "nothing").status == 202);
  CHECK_FALSE(registry.contains_blob("a", Digest::parse(hello)));
  CHECK(ask(registry, "POST", mount + "base").status == 201);
  CHECK(registry.contains_blob("a", Digest::parse(hello)));
  for (const int refused : {202, 403, 404, 405}) {
    registry.configure({.mount_status = refused});
    CHECK(ask(registry, "POST", mount + "base").status == refused);
  }
}

TEST_CASE("a broken PATCH keeps what arrived, a session that dies keeps nothing") {
  MemoryRegistry registry;
  const std::string session = open_session(registry);
  registry.interrupted({.method = "PATCH", .target = session, .body = "he"});
  CHECK(header(ask(registry, "GET", session), "Range") == "0-1");
  registry.interrupted({.method = "PUT", .target = with_digest(session, hello), .body = "llo"});
  CHECK(header(ask(registry, "GET", session), "Range") == "0-1");
  registry.configure({.sessions_die = true});
  registry.interrupted({.method = "PUT", .target = with_digest(session, hello), .body = "llo"});
  CHECK(is_error(ask(registry, "PUT", with_digest(session, hello), "llo"), 404, "BLOB_UPLOAD_UNKNOWN"));
}

}  // namespace ocibuild::testing
