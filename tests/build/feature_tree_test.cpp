#include <doctest/doctest.h>

#include "build/sharing.hpp"

namespace ocibuild {
namespace {

using Features = std::set<std::string>;

TEST_CASE("crates are read with their features, and repeated ones without the mark") {
  const ResolvedFeatures tree = parse_feature_tree(
      "a v0.1.0 (/w/a);\n"
      "|-- c v1.0.0;std,alloc\n"
      "`-- d v1.0.0;\n"
      "    `-- c v1.0.0;std,alloc (*)\n");
  CHECK(tree == ResolvedFeatures{{"a v0.1.0 (/w/a)", {}}, {"c v1.0.0", {"alloc", "std"}}, {"d v1.0.0", {}}});
}

TEST_CASE("build dependencies and what is below them are for the host") {
  const ResolvedFeatures tree = parse_feature_tree(
      "a v0.1.0 (/w/a);\n"
      "|-- b v1.0.0;\n"
      "|   [build-dependencies]\n"
      "|   `-- cc v1.0.0;parallel\n"
      "|       `-- c v1.0.0;host\n"
      "`-- c v1.0.0;\n"
      "[build-dependencies]\n"
      "`-- d v1.0.0;\n"
      "\n"
      "e v0.1.0 (/w/e);\n"
      "`-- f v1.0.0;\n");
  CHECK(tree.at("cc v1.0.0 for the host") == Features{"parallel"});
  CHECK(tree.at("c v1.0.0 for the host") == Features{"host"});
  CHECK(tree.at("c v1.0.0").empty());
  CHECK(tree.contains("d v1.0.0 for the host"));
  CHECK(tree.contains("e v0.1.0 (/w/e)"));
  CHECK(tree.contains("f v1.0.0"));
}

TEST_CASE("a procedural macro and what is below it are for the host, its neighbours are not") {
  const ResolvedFeatures tree = parse_feature_tree(
      "a v0.1.0 (/w/a);\n"
      "|-- derive v1.0.0 (proc-macro);x\n"
      "|   `-- syn v2.0.0;full\n"
      "`-- syn v2.0.0;\n");
  CHECK(tree.at("derive v1.0.0 (proc-macro) for the host") == Features{"x"});
  CHECK(tree.at("syn v2.0.0 for the host") == Features{"full"});
  CHECK(tree.at("syn v2.0.0").empty());
}

TEST_CASE("a macro among build dependencies does not end their part") {
  const ResolvedFeatures tree = parse_feature_tree(
      "a v0.1.0 (/w/a);\n"
      "[build-dependencies]\n"
      "|-- derive v1.0.0 (proc-macro);\n"
      "`-- log v1.0.0;std\n");
  CHECK(tree.contains("log v1.0.0 for the host"));
  CHECK_FALSE(tree.contains("log v1.0.0"));
}

}  // namespace
}  // namespace ocibuild
