#include "ocibuild/build/shard.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "build/planned.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::GivenServices;
using testing::says;

std::vector<ImageId> images(const std::vector<std::string_view>& components) {
  std::vector<ImageId> all;
  for (const std::string_view component : components) {
    for (const char* const platform : {"linux/amd64", "linux/arm64"}) {
      all.push_back({.component = component, .platform = Platform::parse(platform)});
    }
  }
  return all;
}

TEST_CASE("every image belongs to one shard, and shards differ by one image at most") {
  const std::vector<ImageId> all = images({"engine", "operate-ui", "runtime"});
  for (unsigned count = 1; count <= 8; ++count) {
    std::vector<unsigned> owners(all.size());
    std::vector<std::ptrdiff_t> sizes;
    for (unsigned number = 1; number <= count; ++number) {
      const std::vector<bool> chosen = in_shard(all, {.number = number, .count = count});
      for (std::size_t i = 0; i < all.size(); ++i) owners[i] += chosen[i] ? 1 : 0;
      sizes.push_back(std::ranges::count(chosen, true));
    }
    CAPTURE(count);
    CHECK(std::ranges::all_of(owners, [](unsigned owner) { return owner == 1; }));
    CHECK(std::ranges::max(sizes) - std::ranges::min(sizes) <= 1);
  }
}

TEST_CASE("images for one platform stay together") {
  const std::vector<ImageId> all = images({"engine", "runtime"});
  CHECK(in_shard(all, {.number = 1, .count = 2}) == std::vector<bool>{true, false, true, false});
}

TEST_CASE("the order in which images are named does not matter") {
  std::vector<ImageId> all = images({"engine", "runtime"});
  std::ranges::reverse(all);
  CHECK(in_shard(all, {.number = 1, .count = 2}) == std::vector<bool>{false, true, false, true});
}

TEST_CASE("a shard is spelled I/N") {
  CHECK(Shard::parse("2/3") == Shard{.number = 2, .count = 3});
  for (const char* const bad : {"", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/9999", "1 /2"}) {
    CAPTURE(bad);
    CHECK(says(failure_of([&] { return Shard::parse(bad); }), "is no shard"));
  }
}

TEST_CASE("the number of shards is a number from 1 on, and is named when it is not") {
  CHECK(parse_shard_count("3") == 3);
  for (const char* const bad : {"", "0", "-1", "1/3", "9999"}) {
    CAPTURE(bad);
    CHECK(says(failure_of([&] { return parse_shard_count(bad); }), "is no number of shards, from 1 to 1000"));
  }
}

TEST_CASE("a shard is planned as if its images were all there are") {
  GivenServices services;
  services.request.shard = {.number = 2, .count = 2};
  const Plan plan = services.plan();
  REQUIRE(plan.components.size() == 2);
  for (const ComponentPlan& component : plan.components) {
    REQUIRE(component.platforms.size() == 1);
    CHECK(component.platforms[0].platform.string() == "linux/arm64");
  }
  services.request.shard = {.number = 2, .count = 4};
  CHECK(services.plan().components.size() == 1);
}

}  // namespace
}  // namespace ocibuild
