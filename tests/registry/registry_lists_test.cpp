#include <doctest/doctest.h>

#include <fmt/format.h>

#include "ocibuild/http/link.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "registry/ask.hpp"

namespace ocibuild::testing {
namespace {

std::string next_page(const ServerResponse& response) {
  return next_link(header(response, "Link")).value_or("");
}

std::string put_referrer(MemoryRegistry& registry, const Digest& subject, const std::string& more) {
  const std::string body =
      fmt::format(R"({{"schemaVersion":2,"subject":{{"digest":"{}"}},{}}})", subject.string(), more);
  return registry.put_manifest("a", media_type::manifest, body).string();
}

}  // namespace

TEST_CASE("tags are listed in order, page by page") {
  MemoryRegistry registry{{.page_size = 3}};
  CHECK(is_error(ask(registry, "GET", "/v2/a/tags/list"), 404, "NAME_UNKNOWN"));
  for (const char* tag : {"b", "a", "d", "c"}) registry.put_manifest("a", media_type::index, "{}", tag);
  const ServerResponse first = ask(registry, "GET", "/v2/a/tags/list?n=2");
  CHECK(first.body == R"({"name":"a","tags":["a","b"]})");
  CHECK(next_page(first) == "/v2/a/tags/list?n=2&last=b");
  const ServerResponse second = ask(registry, "GET", next_page(first));
  CHECK(second.body == R"({"name":"a","tags":["c","d"]})");
  CHECK(next_page(second).empty());
  CHECK(ask(registry, "GET", "/v2/a/tags/list?n=100").body == R"({"name":"a","tags":["a","b","c"]})");
  CHECK(ask(registry, "GET", "/v2/a/tags/list?last=c").body == R"({"name":"a","tags":["d"]})");
  CHECK(is_error(ask(registry, "GET", "/v2/a/tags/list?n=-1"), 400, "PAGINATION_NUMBER_INVALID"));
  registry.configure({.pages = false});
  CHECK(ask(registry, "GET", "/v2/a/tags/list?n=1&last=b").body == R"({"name":"a","tags":["a","b","c","d"]})");
}

TEST_CASE("an empty list of tags is a list or null, and a list can go on for ever") {
  MemoryRegistry registry;
  registry.put_manifest("a", media_type::index, "{}");
  CHECK(ask(registry, "GET", "/v2/a/tags/list").body == R"({"name":"a","tags":[]})");
  registry.configure({.null_tags = true});
  CHECK(ask(registry, "GET", "/v2/a/tags/list").body == R"({"name":"a","tags":null})");
  registry.configure({.page_size = 2, .endless_tags = true});
  const ServerResponse first = ask(registry, "GET", "/v2/a/tags/list");
  CHECK(first.body == R"({"name":"a","tags":["tag-1","tag-2"]})");
  CHECK(ask(registry, "GET", next_page(first)).body == R"({"name":"a","tags":["tag-3","tag-4"]})");
}

TEST_CASE("referrers are found by their subject, and by artifact type") {
  MemoryRegistry registry{{.page_size = 1}};
  const Digest subject = Digest::of("subject");
  const ServerResponse none = ask(registry, "GET", "/v2/a/referrers/" + subject.string());
  CHECK(none.status == 200);
  CHECK(header(none, "Content-Type") == media_type::index);
  CHECK(none.body.find("\"manifests\":[]") != std::string::npos);
  const std::string sbom = put_referrer(registry, subject, R"("artifactType":"a/sbom","annotations":{"k":"v"})");
  const std::string signature = put_referrer(registry, subject, R"("config":{"mediaType":"a/signature"})");
  put_referrer(registry, Digest::of("other"), R"("artifactType":"a/sbom")");

  const ServerResponse filtered =
      ask(registry, "GET", "/v2/a/referrers/" + subject.string() + "?artifactType=a%2Fsbom");
  CHECK(header(filtered, "OCI-Filters-Applied") == "artifactType");
  CHECK(filtered.body.find(sbom) != std::string::npos);
  CHECK(filtered.body.find(R"("artifactType":"a/sbom","annotations":{"k":"v"})") != std::string::npos);
  CHECK(filtered.body.find(signature) == std::string::npos);
  CHECK(next_page(filtered).empty());

  const ServerResponse first = ask(registry, "GET", "/v2/a/referrers/" + subject.string());
  const ServerResponse second = ask(registry, "GET", next_page(first));
  CHECK((first.body + second.body).find(signature) != std::string::npos);
  CHECK(next_page(second).empty());
}

TEST_CASE("a registry without referrers does not know the path") {
  MemoryRegistry registry{{.referrers = false}};
  CHECK(ask(registry, "GET", "/v2/a/referrers/" + Digest::of("x").string()).status == 404);
}

}  // namespace ocibuild::testing
