// Reference grammar and docker.io's defaults.
#include "ocibuild/spec/reference.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

}  // namespace

TEST_CASE("references are completed with the defaults of docker.io") {
  const struct {
    std::string_view text, registry, repository, tag;
  } cases[] = {
      {"nginx", "docker.io", "library/nginx", ""},
      {"nginx:1.27", "docker.io", "library/nginx", "1.27"},
      {"grafana/grafana", "docker.io", "grafana/grafana", ""},
      {"docker.io/nginx", "docker.io", "library/nginx", ""},
      {"index.docker.io/nginx", "docker.io", "library/nginx", ""},
      {"index.docker.io/a/b:c", "docker.io", "a/b", "c"},
      {"localhost:5000", "docker.io", "library/localhost", "5000"},
      {"docker.io", "docker.io", "library/docker.io", ""},
      {"localhost/app", "localhost", "app", ""},
      {"localhost:5000/app:x", "localhost:5000", "app", "x"},
      {"ghcr.io/owner/name:v1", "ghcr.io", "owner/name", "v1"},
      {"Host/app", "Host", "app", ""},
      {"127.0.0.1:80/a", "127.0.0.1:80", "a", ""},
      {"[::1]/app", "[::1]", "app", ""},
      {"[2001:db8::1]:5000/a/b:t", "[2001:db8::1]:5000", "a/b", "t"},
      {"a.b/c__d/e-f/g---h/i.j/k_l", "a.b", "c__d/e-f/g---h/i.j/k_l", ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.text);
    const Reference reference = Reference::parse(expected.text);
    CHECK(reference.registry == expected.registry);
    CHECK(reference.repository == expected.repository);
    CHECK(reference.tag == expected.tag);
    CHECK(Reference::parse(reference.string()) == reference);
  }
}

TEST_CASE("a digest is kept beside the tag and wins over it") {
  const Reference reference = Reference::parse("ghcr.io/o/n:v1@" + digest);
  CHECK(reference.tag == "v1");
  CHECK(reference.digest == Digest::parse(digest));
  CHECK(reference.tag_or_digest() == digest);
  CHECK(reference.string() == "ghcr.io/o/n:v1@" + digest);
  CHECK(reference.name() == "ghcr.io/o/n");
}

TEST_CASE("without tag and digest the registry is asked for latest") {
  CHECK(Reference::parse("nginx").tag_or_digest() == "latest");
  CHECK(Reference::parse("nginx:1").tag_or_digest() == "1");
}

TEST_CASE("texts that are not references are refused with the part that is wrong") {
  const std::string hex(64, 'a');
  const struct {
    std::string text;
    std::string_view part;
  } cases[] = {
      {"", "it is empty"},
      {hex, "an id, not a name"},
      {"https://ghcr.io/o/n", "it is a URL"},
      {"a//b", "is not a repository"},
      {"a/", "is not a repository"},
      {"/a", "is not a repository"},
      {"ghcr.io/", "is not a repository"},
      {"a.b/c..d", "is not a repository"},
      {"a.b/c___d", "is not a repository"},
      {"a.b/-c", "is not a repository"},
      {"a.b/c._d", "is not a repository"},
      {"a.b/../c", "is not a repository"},
      {"a.b/c d", "is not a repository"},
      {"a.b/" + std::string(256, 'c'), "256 bytes, at most 255"},
      {"a:", "\"\" is not a tag"},
      {"a:.b", "\".b\" is not a tag"},
      {"a:" + std::string(129, 't'), "is not a tag"},
      {"a.b:x/c", "is not a registry host"},
      {"a.b:0/c", "is not a registry host"},
      {"a.b:65536/c", "is not a registry host"},
      {"a.b:/c", "is not a registry host"},
      {"-a.b/c", "is not a registry host"},
      {"a..b/c", "is not a registry host"},
      {"[::1/c", "is not a registry host"},
      {"[::g]/c", "is not a registry host"},
      {"[:::]/c", "is not a registry host"},
      {"[fe80::1%eth0]/c", "is not a registry host"},
      {std::string(254, 'a') + ".b/c", "is not a registry host"},
      {"user:pass@ghcr.io/o/n", "expected ALGORITHM:ENCODED"},
      {"a@sha256:../../x", "the part after the colon"},
      {"a@sha256:abc", "64 lower-case hexadecimal digits"},
      {"a@sha256:" + std::string(64, 'A'), "64 lower-case hexadecimal digits"},
      {"a@sha256:" + std::string(1 << 20, 'a'), "at most 512"},
      {"a@blake3:abc", "at least 32 hexadecimal digits"},
      {"a@" + digest + "@" + digest, "the part after the colon"},
      {"a@", "expected ALGORITHM:ENCODED"},
      {"a\nb", "is not a repository"},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.text.substr(0, 100));
    const Error error = failure_of([&] { return Reference::parse(bad.text); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(says(error, bad.part));
    CHECK(std::string_view{error.what()}.size() < 400);
  }
}

TEST_CASE("an upper-case repository is refused with its lower-case spelling") {
  const Error error = failure_of([] { return Reference::parse("ghcr.io/Owner/Name:v1"); });
  CHECK(says(error, "upper-case"));
  REQUIRE(error.help().size() == 1);
  CHECK(error.help()[0] == "registries take lower case only: write ghcr.io/owner/name");
}

TEST_CASE("tags have at most 128 characters and no leading dot or dash") {
  CHECK(is_tag("_a.B-9"));
  CHECK(is_tag(std::string(128, 't')));
  for (const std::string_view text : {"", "-a", ".a", "a b", "a/b", "a:b", "é"}) CHECK_FALSE(is_tag(text));
}

TEST_CASE("repositories have at most 255 bytes") {
  CHECK(is_repository(std::string(255, 'r')));
  CHECK_FALSE(is_repository(std::string(256, 'r')));
  CHECK_FALSE(is_repository(""));
}
