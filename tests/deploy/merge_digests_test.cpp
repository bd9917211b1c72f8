#include <vector>

#include <doctest/doctest.h>

#include "deploy/sample_digests.hpp"
#include "ocibuild/base/error.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("parts by platform join into the index that one build makes") {
  const ImageDigests whole = sample_digests("engine", {"linux/amd64", "linux/arm64"});
  const std::vector parts{sample_digests("engine", {"linux/arm64"}), sample_digests("engine", {"linux/amd64"})};
  CHECK(merge_digests(parts) == whole);
}

TEST_CASE("parts by component are put side by side") {
  const std::vector parts{sample_digests("runtime", {"linux/amd64"}), sample_digests("engine", {"linux/amd64"})};
  const ImageDigests joint = merge_digests(parts);
  CHECK(joint.components.at("engine") == parts[1].components.at("engine"));
  CHECK(joint.components.at("runtime") == parts[0].components.at("runtime"));
}

TEST_CASE("a part that is there twice changes nothing") {
  const ImageDigests whole = sample_digests("engine", {"linux/amd64", "linux/arm64"});
  const std::vector parts{whole, sample_digests("engine", {"linux/arm64"}), whole};
  CHECK(merge_digests(parts) == whole);
}

TEST_CASE("parts of different builds are refused") {
  const ImageDigests one = sample_digests("engine", {"linux/amd64"});
  ImageDigests other = sample_digests("engine", {"linux/arm64"});
  SUBCASE("by their revision") {
    other.revision = "decaf";
  }
  SUBCASE("by an image") {
    other.components.at("engine").image = "ghcr.io/acme/engine";
  }
  SUBCASE("by tags") {
    other.components.at("engine").tags = {"v1"};
  }
  SUBCASE("by what the indexes say") {
    ComponentDigests& engine = other.components.at("engine");
    engine.index->annotations["org.opencontainers.image.title"] = "motor";
    engine.digest = describe(*engine.index).digest;
  }
  SUBCASE("by the digest of one platform") {
    other = sample_digests("engine", {"linux/amd64"});
    ComponentDigests& engine = other.components.at("engine");
    engine.index->manifests = {sample_manifest("linux/amd64", "other")};
    engine.platforms = {{"linux/amd64", {engine.index->manifests.front().digest, 100}}};
    engine.digest = describe(*engine.index).digest;
  }
  CHECK_THROWS_AS(merge_digests(std::vector{one, other}), Error);
  CHECK_THROWS_AS(merge_digests(std::vector{other, one}), Error);
}

TEST_CASE("an index cannot be made from a part that does not contain its own") {
  const ImageDigests one = sample_digests("engine", {"linux/amd64"});
  ImageDigests other = sample_digests("engine", {"linux/arm64"});
  other.components.at("engine").index.reset();
  CHECK_THROWS_WITH_AS(
      merge_digests(std::vector{one, other}),
      "engine: the part with linux/arm64 does not contain its index, so that no joint index can be made", Error);
}
