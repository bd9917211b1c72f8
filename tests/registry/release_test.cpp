// A release: what is sent once, what not at all, and which tags may move (LD04).
#include <doctest/doctest.h>

#include "ocibuild/registry/release.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "registry/complete.hpp"
#include "registry/world.hpp"
#include "support/sample_image.hpp"

namespace ocibuild::testing {
namespace {

std::vector<ReleaseTarget> targets(const std::vector<std::string>& tags = {"1.2.3", "latest"}) {
  return {{Reference::parse("r.test/a"), tags}, {Reference::parse("r.test/b"), tags}};
}

std::size_t writes(World& world) {
  return world.count("POST") + world.count("PUT") + world.count("PATCH");
}

}  // namespace

TEST_CASE("LD04: a release that is there already is a hundred times nothing but questions") {
  World world;
  MemoryStore from;
  const std::vector<Descriptor> roots{put_sample_index(from), put_sample_index(from)};
  Release{world.client, targets()}.publish(from, roots);
  for (int i = 0; i < 100; ++i) {
    world.transport.journal().clear();
    RegistryClient client{world.transport, world.clock.clock()};
    const ReleaseSummary summary = Release{client, targets()}.publish(from, roots);
    CHECK(world.count("HEAD") == world.count(""));
    CHECK(summary.uploaded + summary.mounted + summary.tags_moved == 0);
    CHECK(summary.present == 12);
  }
}

TEST_CASE("LD04: with tokens, too, nothing but questions") {
  World world{{.registry = {.auth = {.scheme = AuthScheme::bearer}}, .client = {.credentials = known_user()}}};
  MemoryStore from;
  const std::vector<Descriptor> roots{put_sample_index(from), put_sample_index(from)};
  Release{world.client, targets()}.publish(from, roots);
  world.transport.journal().clear();
  Release{world.client, targets()}.publish(from, roots);
  CHECK(world.count("HEAD") + world.count("GET", "/token") == world.count(""));
}

TEST_CASE("a blob that two images share is sent once and mounted for the other, and the summary says so") {
  World world;
  MemoryStore from;
  const std::vector<Descriptor> roots{put_sample_index(from), put_sample_index(from)};
  std::vector<std::string> told;
  ReleaseOptions options;
  options.placed = [&](const Placed& placed) { told.push_back(placed.target.image.repository); };
  const ReleaseSummary summary = Release{world.client, targets(), options}.publish(from, roots);
  CHECK(world.count("PUT", "/blobs/") == 3);
  CHECK(world.count("POST", "mount=") == 3);
  CHECK(summary.mounted == 3);
  CHECK(summary.uploaded == 3 + 2 * 3);
  CHECK(summary.present == 0);
  CHECK(summary.tags_moved == 4);
  CHECK(told.size() == 12);
  std::uint64_t bytes = 0;
  for (const std::string& digest : world.registry.blobs("a"))
    bytes += world.registry.blob("a", Digest::parse(digest))->size();
  for (const char* repository : {"a", "b"}) {
    for (const std::string& digest : world.registry.manifests(repository))
      bytes += world.registry.manifest(repository, digest)->size();
  }
  CHECK(summary.bytes_uploaded == bytes);
  CHECK(missing_below_tags(world.registry).empty());
}

TEST_CASE("a base image's blobs are mounted from where they are, within their registry") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_image(from);
  const Manifest manifest = parse_manifest(read_blob(from, root, max_manifest_size));
  world.registry.put_blob("base", read_blob(from, manifest.layers.at(0), max_manifest_size));
  ReleaseOptions options;
  options.sources = [](const Descriptor&) {
    return std::vector{Reference::parse("other.test/x"), Reference::parse("r.test/base")};
  };
  const ReleaseSummary summary = Release{world.client, {targets()[0]}, options}.publish(from, {root});
  CHECK(summary.mounted == 1);
  CHECK(world.count("", "from=x") == 0);
  CHECK_FALSE(world.left_home());
}

TEST_CASE("a tag that must not move stops the release before anything is sent, and names both images") {
  World world;
  MemoryStore from;
  const std::vector<Descriptor> first{put_sample_index(from, "one"), put_sample_index(from, "two")};
  const std::vector<Descriptor> second{put_sample_index(from, "one"), put_sample_index(from, "changed")};
  Release{world.client, targets()}.publish(from, first);
  world.transport.journal().clear();
  Release release{world.client, targets()};
  for (const Descriptor& root : second) {
    walk(from, root, [&](const Descriptor& node, std::string_view) {
      if (node_kind(node.media_type) != NodeKind::blob) return;
      for (const std::size_t target : {0, 1}) release.stage(target, from, node);
    });
  }
  const Error error = failure_of([&] { return release.publish(from, second).uploaded; });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "pushing r.test/b: the tag 1.2.3 exists and must not move"));
  CHECK(any_says(error.notes(), first[1].digest.string()));
  CHECK(any_says(error.notes(), second[1].digest.string()));
  CHECK(writes(world) == 0);
}

TEST_CASE("one tag that may forbid the release keeps early blobs of every image back") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_image(from);
  world.registry.put_manifest("a", media_type::index, serialize(Index{}), "1.2.3");
  Release release{world.client, targets()};
  const Blob blob = blob_of("early");
  from.put(blob);
  release.stage(1, from, blob.descriptor);
  CHECK(writes(world) == 0);
  CHECK(failure_of([&] { return release.publish(from, {root, root}).uploaded; }).code() == Errc::digest_mismatch);
  CHECK(writes(world) == 0);
}

TEST_CASE("blobs that were sent early are not sent again, and count once") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_image(from);
  Release release{world.client, {targets()[0]}};
  walk(from, root, [&](const Descriptor& node, std::string_view) {
    if (node_kind(node.media_type) == NodeKind::blob) release.stage(0, from, node);
  });
  CHECK(world.registry.blobs("a").size() == 2);
  CHECK(world.registry.tags("a").empty());
  const ReleaseSummary summary = release.publish(from, {root});
  CHECK(summary.uploaded == 3);
  CHECK(world.count("PUT", "/blobs/") == 2);
}

TEST_CASE("a tag that must not move is moved on purpose") {
  World world;
  MemoryStore from;
  const Descriptor first = put_sample_index(from, "one");
  const Descriptor second = put_sample_index(from, "two");
  Release{world.client, {targets()[0]}}.publish(from, {first});
  const ReleaseOptions options{.immutable_tags = ImmutableTags::overwrite};
  CHECK(Release{world.client, {targets()[0]}, options}.publish(from, {second}).tags_moved == 2);
  CHECK(world.registry.tag("a", "1.2.3") == second.digest);
}

TEST_CASE("a tag that appears while the release goes up is not moved either") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  const std::string other = serialize(Index{});
  world.registry.journal().listen([&](const JournalEntry& entry) {
    if (entry.method == "POST") world.registry.put_manifest("a", media_type::index, other, "1.2.3");
  });
  const Error error = failure_of([&] { return Release{world.client, {targets()[0]}}.publish(from, {root}).uploaded; });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "pushing r.test/a:1.2.3: the tag 1.2.3 exists and must not move"));
  CHECK(world.registry.tag("a", "1.2.3") == Digest::of(other));
}

TEST_CASE("a tag that may move does, and one that points there already does not") {
  World world;
  MemoryStore from;
  const Descriptor first = put_sample_index(from, "one");
  const Descriptor second = put_sample_index(from, "two");
  const auto publish = [&](const Descriptor& root, const std::vector<std::string>& tags) {
    return Release{world.client, {targets(tags)[0]}}.publish(from, {root}).tags_moved;
  };
  CHECK(publish(first, {"latest", "1"}) == 2);
  CHECK(publish(second, {"latest"}) == 1);
  CHECK(publish(second, {"latest", "1", "sha-abc"}) == 2);
  CHECK(publish(second, {}) == 0);
}

TEST_CASE("a document that the registry takes and loses stops the release before its tags") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  world.faults.add({.method = "HEAD",
                    .target = "/manifests/" + root.digest.string(),
                    .skip = 1,
                    .times = FaultRule::always,
                    .fault = status(404)});
  const Error error = failure_of([&] { return Release{world.client, {targets()[0]}}.publish(from, {root}).uploaded; });
  CHECK(error.code() == Errc::unavailable);
  CHECK(any_says(error.notes(), "no tag was moved"));
  CHECK(world.registry.tags("a").empty());
}

TEST_CASE("a document that is not seen at once is asked for again") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  world.faults.add(
      {.method = "HEAD", .target = "/manifests/" + root.digest.string(), .skip = 1, .times = 2, .fault = status(404)});
  Release{world.client, {targets()[0]}}.publish(from, {root});
  CHECK(world.registry.tag("a", "latest") == root.digest);
  CHECK(world.client.retries() == 2);
}

TEST_CASE("a tag that somebody else moves at once is noticed") {
  World world;
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  world.registry.journal().listen([&](const JournalEntry& entry) {
    if (entry.method != "PUT" || !entry.target.ends_with("/manifests/latest")) return;
    world.registry.put_manifest("a", media_type::index, serialize(Index{}), "latest");
  });
  const Error error = failure_of([&] {
    return Release{world.client, {targets({"latest"})[0]}}.publish(from, {root}).uploaded;
  });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, "the tag points at"));
}

TEST_CASE("a tag that answers 500 for ever is set anew where it may move") {
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  const auto publish = [&](World& world, const std::string& tag, ReleaseOptions options) {
    world.faults.add({.method = "HEAD", .target = "/manifests/" + tag, .times = 5, .fault = status(500)});
    return Release{world.client, {targets({tag})[0]}, std::move(options)}.publish(from, {root}).tags_moved;
  };
  World plain;
  CHECK(publish(plain, "latest", {}) == 1);
  World forced;
  CHECK(publish(forced, "1.2.3", {.immutable_tags = ImmutableTags::overwrite}) == 1);
}

TEST_CASE("a tag that answers 500 for ever is an error where it might have to stay, which says how it is set anew") {
  MemoryStore from;
  const Descriptor root = put_sample_index(from);
  ReleaseOptions guarded;
  guarded.before_move = [](const TagMove&) {};
  for (const std::string tag : {"1.2.3", "latest"}) {
    World world;
    world.faults.add(
        {.method = "HEAD", .target = "/manifests/" + tag, .times = FaultRule::always, .fault = status(500)});
    const Error error = failure_of([&] {
      return Release{world.client, {targets({tag})[0]}, guarded}.publish(from, {root}).tags_moved;
    });
    CHECK(any_says(error.help(), "--force-tag sets the tag " + tag + " anew"));
    CHECK(writes(world) == 0);
  }
}

TEST_CASE("tags that name one thing for ever are those of versions and commits") {
  for (const char* tag : {"1.2.3", "v1.2.3", "1.2.3-rc.1", "v10.20.30_build", "sha-0123abc"})
    CHECK(is_immutable_tag(tag));
  for (const char* tag : {"latest", "1", "1.2", "v1", "1.2.x", "main", "1.2.", "edge-1.2.3", "", "v"}) {
    CHECK_FALSE(is_immutable_tag(tag));
  }
}

}  // namespace ocibuild::testing
