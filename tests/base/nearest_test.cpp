#include "ocibuild/base/nearest.hpp"

#include <doctest/doctest.h>

namespace ocibuild {
namespace {

TEST_CASE("the nearest word has the fewest edits") {
  const std::vector<std::string> keys{"env", "expose", "features", "files", "user"};
  CHECK(nearest("exposee", keys) == "expose");
  CHECK(nearest("feature", keys) == "features");
  CHECK(nearest("flies", keys) == "files");
  CHECK(nearest("usr", keys) == "user");
}

TEST_CASE("swapped neighbours are one edit, and the first of equals wins") {
  CHECK(nearest("ab", {"ba", "xb"}) == "ba");
  CHECK(nearest("x", {"a", "b"}) == "a");
  CHECK(nearest("x", {}).empty());
}

}  // namespace
}  // namespace ocibuild
