#include <doctest/doctest.h>

#include "ocibuild/http/challenge.hpp"

namespace ocibuild {

using Parameters = std::map<std::string, std::string>;

TEST_CASE("the challenge of a registry is scheme and parameters") {
  const auto found = parse_challenges(
      R"(Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:o/n:pull,push repository:o/m:pull")");
  REQUIRE(found.size() == 1);
  CHECK(found[0].scheme == "bearer");
  CHECK(found[0].parameter("realm") == "https://ghcr.io/token");
  CHECK(found[0].parameter("service") == "ghcr.io");
  CHECK(found[0].parameter("scope") == "repository:o/n:pull,push repository:o/m:pull");
  CHECK(!found[0].parameter("error"));
}

TEST_CASE("several challenges share one field value") {
  const auto found = parse_challenges(
      R"(Negotiate, NTLM abc==, BASIC Realm = "a \"b\", c" , charset=UTF-8, Bearer realm=https://h/t)");
  REQUIRE(found.size() == 4);
  CHECK(found[0] == Challenge{.scheme = "negotiate", .parameters = {}});
  CHECK(found[1] == Challenge{.scheme = "ntlm", .parameters = {}});
  CHECK(found[2] == Challenge{.scheme = "basic", .parameters = {{"realm", R"(a "b", c)"}, {"charset", "UTF-8"}}});
  CHECK(found[3].parameter("realm") == "https://h/t");
}

TEST_CASE("a token that looks like a parameter of a scheme without any is none") {
  const auto found = parse_challenges("Negotiate YII=, Basic realm=x");
  REQUIRE(found.size() == 2);
  CHECK(found[0].parameters.empty());
  CHECK(found[1].parameters == Parameters{{"realm", "x"}});
}

TEST_CASE("empty parameters, trailing commas and missing quotes do no harm") {
  const auto found = parse_challenges(R"(,, Bearer realm="https://h/t",, service="", scope="a)");
  REQUIRE(found.size() == 1);
  CHECK(found[0].parameters == Parameters{{"realm", "https://h/t"}, {"service", ""}, {"scope", "a"}});
  CHECK(parse_challenges("").empty());
  CHECK(parse_challenges(" , ;\"=").empty());
  CHECK(parse_challenges("realm=\"x\"").empty());
}

TEST_CASE("of two parameters with one name the first counts") {
  CHECK(parse_challenges(R"(Bearer realm="https://a/", REALM="https://b/")")[0].parameter("realm") == "https://a/");
}

TEST_CASE("an endless value is read up to its bound") {
  const std::string value = "Bearer realm=\"" + std::string(1 << 20, 'x');
  CHECK(parse_challenges(value)[0].parameter("realm")->size() < 1 << 15);
}

}  // namespace ocibuild
