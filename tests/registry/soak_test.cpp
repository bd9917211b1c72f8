// Pushes over a network that fails by chance. OCIBUILD_SOAK_SEED chooses the seed; a failure names the one it had.
#include <doctest/doctest.h>

#include <cstdlib>

#include "ocibuild/registry/release.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/complete.hpp"
#include "registry/world.hpp"
#include "support/sample_image.hpp"

namespace ocibuild::testing {
namespace {

constexpr int pushes = 200;

std::uint64_t first_seed() {
  const char* const text = std::getenv("OCIBUILD_SOAK_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

/// Everything that may happen to a request. One in ten is hit: most pushes get through, some fail.
RandomFaults weather(std::uint64_t seed) {
  return {.seed = seed,
          .probability = 0.1,
          .faults = {status(503), status(500), status(429, {{"Retry-After", "2"}}), status(404), status(416),
                     status_after(502), status_after(504), lost_answer(), reset_at(FaultPoint::head),
                     close_at(FaultPoint::request, 7), stall_at(FaultPoint::request, 0),
                     reset_at(FaultPoint::response, 0), close_at(FaultPoint::response, 30), wrong_length(1),
                     wrong_length(-1), trickle(3, std::chrono::milliseconds{1})}};
}

/// Registries of different kinds in turn.
WorldOptions kind_of(std::uint64_t seed) {
  const std::vector<RegistryOptions> kinds{
      {}, docker_registry_options(), ghcr_options(), {.put_refusal = 413}, {.digest_header = DigestHeader::absent}};
  return {.registry = kinds[seed % kinds.size()], .client = {.credentials = known_user()}};
}

struct Product {
  MemoryStore from;
  std::vector<Descriptor> roots{put_sample_index(from, "server"), put_sample_index(from, "client")};
  std::vector<ReleaseTarget> targets{{Reference::parse("r.test/server"), {"1.2.3", "latest"}},
                                     {Reference::parse("r.test/client"), {"latest"}}};
};

struct Result {
  std::vector<std::string> journal;
  std::string error;  ///< empty: the push succeeded
};

Result push(Product& product, World& world, std::uint64_t seed, unsigned jobs) {
  world.faults.replace({}, weather(seed));
  Result result;
  try {
    Release{world.client, product.targets, {.jobs = jobs}}.publish(product.from, product.roots);
  } catch (const Error& error) {
    result.error = std::string{to_string(error.code())} + ": " + shown(error);
  }
  result.journal = world.lines();
  return result;
}

bool is_published(const Product& product, const MemoryRegistry& registry) {
  return registry.tag("server", "1.2.3") == product.roots[0].digest &&
         registry.tag("server", "latest") == product.roots[0].digest &&
         registry.tag("client", "latest") == product.roots[1].digest;
}

}  // namespace

TEST_CASE("two hundred pushes over a failing network end right, or with an error and no tag on anything incomplete") {
  Product product;
  int failures = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + pushes; ++seed) {
    CAPTURE(seed);
    World world{kind_of(seed)};
    const Result result = push(product, world, seed, static_cast<unsigned>(1 + seed % 3));
    CAPTURE(result.error);
    CHECK(missing_below_tags(world.registry).empty());
    CHECK(is_published(product, world.registry) >= result.error.empty());
    failures += result.error.empty() ? 0 : 1;

    world.faults.replace({});
    Release{world.client, product.targets}.publish(product.from, product.roots);
    CHECK(is_published(product, world.registry));
    CHECK(missing_below_tags(world.registry).empty());
  }
  MESSAGE(pushes << " pushes, " << failures << " of them failed, from seed " << first_seed());
  CHECK(failures > 0);
  CHECK(failures < pushes / 2);
}

TEST_CASE("a seed replays exactly") {
  Product product;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + 10; ++seed) {
    CAPTURE(seed);
    World one{kind_of(seed)};
    World two{kind_of(seed)};
    const Result first = push(product, one, seed, 1);
    const Result second = push(product, two, seed, 1);
    CHECK(first.journal == second.journal);
    CHECK(first.error == second.error);
  }
}

}  // namespace ocibuild::testing
