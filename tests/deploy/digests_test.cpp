#include <string>

#include <doctest/doctest.h>

#include "deploy/sample_digests.hpp"
#include "ocibuild/base/error.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

constexpr std::string_view by_hand = R"({"schemaVersion":1,"generatedBy":"me","revision":"","components":{"engine":{
  "image":"ghcr.io/o/demon-engine",
  "digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "reference":"ghcr.io/o/demon-engine@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "tags":["latest"],"size":1234,"platforms":{"linux/amd64":{
    "digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":600}}}}})";

std::string with(std::string_view from, std::string_view to) {
  std::string text{by_hand};
  const auto found = text.find(from);
  REQUIRE(found != std::string::npos);
  return text.replace(found, from.size(), to);
}

}  // namespace

TEST_CASE("a digests file reads back equal") {
  const ImageDigests digests = sample_digests("engine", {"linux/amd64", "linux/arm64"});
  CHECK(parse_digests(serialize(digests)) == digests);
}

TEST_CASE("a digests file of another program needs no index") {
  const ImageDigests digests = parse_digests(by_hand);
  CHECK_FALSE(digests.components.at("engine").index);
  CHECK(digests.components.at("engine").reference().starts_with("ghcr.io/o/demon-engine@sha256:e3b0"));
}

TEST_CASE("unknown members of a digests file are passed over") {
  CHECK(parse_digests(with("\"size\":1234", "\"size\":1234,\"built\":\"today\"")) == parse_digests(by_hand));
}

TEST_CASE("a digests file that contradicts itself or its grammar is refused, with what is wrong") {
  const std::string_view change[][3] = {
      {"\"schemaVersion\":1", "\"schemaVersion\":2", "schemaVersion: found"},
      {"\"engine\":{", "\"engine\\n::error::x\":{", "not a name of letters"},
      {"\"engine\":{", "\"\\u001b[31mengine\":{", "not a name of letters"},
      {"demon-engine\",", "demon-engine:v1\",", "has a tag or a digest of its own"},
      {"\"latest\"", "\"late st\"", "is no tag"},
      {"sha256:e3b0c442", "sha256:../../x", ".digest"},
      {"\"ghcr.io/o/demon-engine@", "\"ghcr.io/o/x@", "is not image@digest"},
      {"1234", "-1", ".size"},
      {"linux/amd64", "linux amd64", "platforms[\"linux amd64\"]"},
      {"}}}}}", "}}}}", "not JSON: "},
  };
  for (const auto& [from, to, problem] : change) {
    const std::string text = with(from, to);
    CAPTURE(text);
    const Error error = failure_of([&] { return parse_digests(text); });
    CHECK(says(error, problem));
    CHECK(error.code() ==
          (text.find("\"schemaVersion\":1") == std::string::npos ? Errc::unsupported : Errc::invalid_document));
  }
}

TEST_CASE("a digest that was edited by hand is noticed by the index") {
  ImageDigests digests = sample_digests("engine", {"linux/amd64"});
  SUBCASE("of the component") {
    digests.components.at("engine").digest = Digest::of("other");
  }
  SUBCASE("of a platform") {
    digests.components.at("engine").platforms.at("linux/amd64").digest = Digest::of("");
  }
  SUBCASE("of a platform that the index does not have") {
    digests.components.at("engine").platforms.emplace("linux/arm64", PlatformDigest{Digest::of(""), 1});
  }
  CHECK_THROWS_AS(serialize(digests), Error);
}
