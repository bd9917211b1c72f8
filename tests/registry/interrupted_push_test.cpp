// A push that is killed between any two requests (UP15).
#include <doctest/doctest.h>

#include <limits>

#include "ocibuild/registry/release.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/complete.hpp"
#include "registry/world.hpp"
#include "support/sample_image.hpp"

namespace ocibuild::testing {
namespace {

struct Killed {};

/// Lets a number of requests through, then ends the push as a signal would: with nothing that anybody catches.
class MortalTransport final : public Transport {
 public:
  enum class Death { before_request, after_request };

  MortalTransport(Transport& inner, std::size_t life, Death death) : inner_{inner}, life_{life}, death_{death} {}

  HttpResponse send(const HttpRequest& request) override {
    const bool dies = sent_++ >= life_;
    if (dies && death_ == Death::before_request) throw Killed{};
    HttpResponse response = inner_.send(request);
    if (dies) throw Killed{};
    return response;
  }

 private:
  Transport& inner_;
  std::size_t life_;
  Death death_;
  std::size_t sent_ = 0;
};

using Death = MortalTransport::Death;

/// Two components of two platforms each; they share their configs, and each has two tags.
struct Product {
  MemoryStore from;
  std::vector<Descriptor> roots{put_sample_index(from, "server"), put_sample_index(from, "client")};
  std::vector<ReleaseTarget> targets{{Reference::parse("r.test/server"), {"1.2.3", "latest"}},
                                     {Reference::parse("r.test/client"), {"1.2.3", "latest"}}};

  /// False when it was killed.
  bool push(World& world, std::size_t life, Death death) {
    MortalTransport transport{world.transport, life, death};
    RegistryClient client{transport, world.clock.clock()};
    try {
      Release{client, targets, {.jobs = 1}}.publish(from, roots);
      return true;
    } catch (const Killed&) {
      return false;
    }
  }

  bool is_published(const MemoryRegistry& registry) const {
    for (std::size_t i = 0; i < roots.size(); ++i) {
      for (const std::string& tag : targets[i].tags) {
        if (registry.tag(targets[i].image.repository, tag) != roots[i].digest) return false;
      }
    }
    return missing_below_tags(registry).empty();
  }
};

/// Digests of blobs whose content was sent more than once.
std::vector<std::string> sent_twice(World& world) {
  std::map<std::string, int> times;
  for (const JournalEntry& entry : world.transport.journal().entries()) {
    if (entry.method == "PUT" && entry.target.find("/blobs/") != std::string::npos)
      ++times[Target{entry.target}.parameters.first("digest").value()];
  }
  std::vector<std::string> result;
  for (const auto& [digest, count] : times) {
    if (count > 1) result.push_back(digest);
  }
  return result;
}

constexpr std::size_t for_ever = std::numeric_limits<std::size_t>::max();

}  // namespace

TEST_CASE(
    "UP15: a push that is killed after any request leaves no tag on anything incomplete, and the next completes it") {
  Product product;
  for (const Death death : {Death::before_request, Death::after_request}) {
    bool done = false;
    std::size_t life = 0;
    for (; !done; ++life) {
      CAPTURE(life);
      World world;
      done = product.push(world, life, death);
      CHECK(missing_below_tags(world.registry).empty());
      CHECK(product.push(world, for_ever, death));
      CHECK(product.is_published(world.registry));
      CHECK(sent_twice(world).empty());
    }
    CHECK(life > 40);
  }
}

TEST_CASE("UP15: what the killed push had sent is not sent again, and the rest only once") {
  Product product;
  World whole;
  product.push(whole, for_ever, Death::before_request);
  World world;
  for (std::size_t life = 1; !product.push(world, life, Death::after_request); ++life) {
    CHECK(missing_below_tags(world.registry).empty());
  }
  CHECK(product.is_published(world.registry));
  CHECK(sent_twice(world).empty());
  CHECK(world.count("PUT", "/manifests/sha256:") == whole.count("PUT", "/manifests/sha256:"));
}

TEST_CASE("UP15: tags are the last things that are written, over all components") {
  Product product;
  World world;
  product.push(world, for_ever, Death::before_request);
  bool tags_began = false;
  for (const JournalEntry& entry : world.transport.journal().entries()) {
    if (entry.method == "HEAD" || entry.method == "GET") continue;
    const bool is_tag = entry.target.ends_with("/manifests/1.2.3") || entry.target.ends_with("/manifests/latest");
    CHECK((is_tag || !tags_began));
    tags_began = tags_began || is_tag;
  }
  CHECK(tags_began);
}

}  // namespace ocibuild::testing
