#include "build/features.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using Texts = std::vector<std::string>;

Package engine() {
  Package package{.name = "engine"};
  package.features = {{"default", {"tls"}}, {"tls", {"dep:rustls"}}, {"full", {"admin", "tls"}}, {"admin", {}}};
  package.dependencies = {"rustls", "serde"};
  return package;
}

TEST_CASE("a feature is enabled by default, by request, or by another feature") {
  CHECK(enables(engine(), {}, {"tls"}));
  CHECK_FALSE(enables(engine(), {}, {"admin"}));
  CHECK(enables(engine(), {"full"}, {"admin", "tls"}));
  CHECK(enables(engine(), {"engine/admin"}, {"admin"}));
  CHECK_FALSE(enables(engine(), {"other/admin"}, {"admin"}));
}

TEST_CASE("features that enable each other come to an end") {
  Package package{.name = "p"};
  package.features = {{"a", {"b"}}, {"b", {"a"}}};
  CHECK(enables(package, {"a"}, {"b"}));
}

TEST_CASE("features are spelled so that they mean one package") {
  CHECK(qualify_features(engine(), {{"tls", "engine/admin", "serde/derive", "tls"}, Origin::package}) ==
        Texts{"engine/admin", "engine/tls", "serde/derive"});
}

TEST_CASE("a feature of the command line is left out of packages that do not have it") {
  CHECK(qualify_features(engine(), {{"tls", "metrics", "other/x"}, Origin::command_line}) == Texts{"engine/tls"});
}

TEST_CASE("a feature that a package asks for and does not have is refused with the nearest") {
  const Error error = failure_of([] { return qualify_features(engine(), {{"admni"}, Origin::package}); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(error.what() == std::string{"package engine has no feature `admni`"});
  CHECK(error.help() == Texts{"did you mean `admin`?"});
}

}  // namespace
}  // namespace ocibuild
