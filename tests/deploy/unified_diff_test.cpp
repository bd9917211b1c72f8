#include "ocibuild/deploy/unified_diff.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace ocibuild;

namespace {

std::string numbers(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("equal texts have no diff") {
  CHECK(unified_diff("f", "a\n", "a\n").empty());
}

TEST_CASE("a changed line is shown with three lines around it") {
  CHECK(unified_diff("k8s/f.yaml", numbers(1, 9), numbers(1, 4) + "x\n" + numbers(6, 9)) ==
        "--- a/k8s/f.yaml\n+++ b/k8s/f.yaml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

TEST_CASE("an inserted line counts in what follows, and near changes are one hunk") {
  const std::string after = "1\nx\n" + numbers(2, 7) + "y\n" + numbers(9, 29) + "z\n";
  CHECK(unified_diff("f", numbers(1, 30), after) ==
        "--- a/f\n+++ b/f\n@@ -1,11 +1,12 @@\n 1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n 9\n 10\n 11\n"
        "@@ -27,4 +28,4 @@\n 27\n 28\n 29\n-30\n+z\n");
}

TEST_CASE("a missing line break at the end is said") {
  CHECK(unified_diff("f", "a", "b\n") == "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n");
  CHECK(unified_diff("f", "", "b\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+b\n");
}

TEST_CASE("names are written as git reads them") {
  CHECK(unified_diff("a b", "1", "2").starts_with("--- a/a b\t\n+++ b/a b\t\n"));
  CHECK(unified_diff("\"\n\u00e9", "1", "2").starts_with("--- \"a/\\\"\\012\\303\\251\"\n"));
  CHECK(unified_diff("/tmp/f", "1", "2").starts_with("--- a/tmp/f\n"));
}

TEST_CASE("many lines that differ take linear time") {
  std::string before;
  std::string after;
  for (int i = 0; i < 100000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  CHECK(unified_diff("f", before, after).size() > before.size() + after.size());
}
