#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/headers.hpp"
#include "ocibuild/http/url.hpp"
#include "support/failure.hpp"

namespace ocibuild {

using testing::failure_of;

TEST_CASE("a URL is origin, path and query, and is written as it was read") {
  const Url url = Url::parse("HTTPS://GHCR.io:443/v2/a/b/blobs/upload/1?_state=a%2Fb&x#part");
  CHECK(url.origin() == HttpOrigin{.scheme = "https", .host = "ghcr.io", .port = 443});
  CHECK(url.path() == "/v2/a/b/blobs/upload/1");
  CHECK(url.query() == "_state=a%2Fb&x");
  CHECK(url.string() == "https://ghcr.io/v2/a/b/blobs/upload/1?_state=a%2Fb&x");
  CHECK(Url::parse("http://[::1]:5000").string() == "http://[::1]:5000/");
  CHECK(Url::parse("http://h?x=1").string() == "http://h/?x=1");
}

TEST_CASE("what is no URL of http is refused, and the message does not repeat it") {
  for (const char* text : {"",
                           "ghcr.io/v2",
                           "ftp://h/",
                           "file:///etc/passwd",
                           "https://",
                           "https:///v2",
                           "https://a:b@h/",
                           "https://h:0/",
                           "https://h:65536/",
                           "https://h:x/",
                           "https://h:/",
                           "https://[::1/",
                           "https://[h]/",
                           "https://[127.0.0.1]/",
                           "https://[::1]x/",
                           "https://h/a b",
                           "https://h/\r\nX: y",
                           "https://h\\@e/",
                           "https://h%2e/",
                           "https://h/\x80"}) {
    CAPTURE(text);
    const Error error = failure_of([&] { return Url::parse(text); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(std::string_view{error.what()}.find("a:b") == std::string_view::npos);
  }
}

TEST_CASE("a reference is resolved against the URL that gave it") {
  const Url base = Url::parse("https://r.example:5000/v2/n/blobs/uploads/?mount=x");
  const auto resolved = [&](std::string_view reference) { return base.resolve(reference).string(); };
  CHECK(resolved("https://other.example/u?_state=a%3D&b") == "https://other.example/u?_state=a%3D&b");
  CHECK(resolved("HTTP://r.example:5000/u") == "http://r.example:5000/u");
  CHECK(resolved("//cdn.example/u") == "https://cdn.example/u");
  CHECK(resolved("/v2/n/u/1?s=a/b") == "https://r.example:5000/v2/n/u/1?s=a/b");
  CHECK(resolved("?s=2") == "https://r.example:5000/v2/n/blobs/uploads/?s=2");
  CHECK(resolved("1-2-3?s") == "https://r.example:5000/v2/n/blobs/uploads/1-2-3?s");
  CHECK(resolved("../../x/./y") == "https://r.example:5000/v2/n/x/y");
  CHECK(resolved("../../../../../..") == "https://r.example:5000/");
  CHECK(resolved("R.example:5000/v2/u") == "https://r.example:5000/v2/u");
  CHECK(resolved("evil.example/v2/u") == "https://r.example:5000/v2/n/blobs/uploads/evil.example/v2/u");
  CHECK(resolved("a?u=http://x") == "https://r.example:5000/v2/n/blobs/uploads/a?u=http://x");
  for (const char* reference : {"", "#x", "ftp://h/", "/a b", "//a@b/"}) {
    CHECK(failure_of([&] { return base.resolve(reference); }).code() == Errc::invalid_argument);
  }
}

TEST_CASE("an origin is scheme, host and port after normalisation") {
  const auto origin = [](std::string_view text) { return Url::parse(text).origin(); };
  CHECK(origin("https://GHCR.IO:443/") == origin("https://ghcr.io"));
  CHECK(origin("http://ghcr.io") != origin("https://ghcr.io"));
  CHECK(origin("https://ghcr.io:444") != origin("https://ghcr.io"));
  CHECK(origin("https://ghcr.io.evil.example") != origin("https://ghcr.io"));
  CHECK(to_string(origin("http://[2001:DB8::1]:80/")) == "http://[2001:db8::1]");
}

TEST_CASE("a parameter is appended encoded, after what is there") {
  const Url url = Url::parse("https://h/u?_state=a%2B==");
  CHECK(url.with_query("digest", "sha256:ab").string() == "https://h/u?_state=a%2B==&digest=sha256%3Aab");
  CHECK(Url::parse("https://h/u").with_query("n", "a b&c").query() == "n=a%20b%26c");
}

TEST_CASE("values that may be secret are not shown") {
  const Url url = Url::parse("https://h/u?_state=s3cret&digest=sha256%3Aab&X-Amz-Signature=s3cret&s3cret&n=5");
  CHECK(url.redacted() == "https://h/u?_state=...&digest=sha256%3Aab&X-Amz-Signature=...&...&n=5");
}

TEST_CASE("addresses that are not out on the Internet are known in every notation") {
  for (const char* host : {"127.0.0.1", "127.1", "0x7f.1", "017700000001", "2130706433", "::1", "::ffff:127.0.0.1",
                           "64:ff9b::7f00:1", "localhost", "registry.localhost"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
    CHECK(is_private(host));
  }
  for (const char* host : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
                           "100.127.255.255", "0.0.0.0", "0", "::", "fe80::1", "fd00::1", "ff02::1", "224.0.0.1",
                           "255.255.255.255", "::ffff:10.0.0.1", "64:ff9b::a00:1", "0xa9fea9fe"}) {
    CAPTURE(host);
    CHECK(is_private(host));
    CHECK(!is_loopback(host));
  }
  for (const char* host : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "ghcr.io", "localhost.example",
                           "10.example", "64:ff9b::808:808"}) {
    CAPTURE(host);
    CHECK(!is_private(host));
  }
}

TEST_CASE("header fields are found without regard to case") {
  const Headers headers{{"Location", "/a"}, {"link", "1"}, {"LINK", "2"}};
  CHECK(headers.first("location") == "/a");
  CHECK(headers.all("Link") == std::vector<std::string>{"1", "2"});
  CHECK(!headers.first("Locatio"));
}

}  // namespace ocibuild
