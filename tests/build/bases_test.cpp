// Opening bases by lock file or by name, and keeping the lock file.
#include "ocibuild/build/bases.hpp"

#include <doctest/doctest.h>

#include "build/memory_registry.hpp"
#include "build/sample_base.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::MemoryRegistry;
using testing::put_base;
using testing::put_index;
using testing::says;
using Texts = std::vector<std::string>;

const std::string reference = "docker.io/library/debian:12";
const Platform amd64 = Platform::parse("linux/amd64");

WantedBase wanted(const std::string& name = reference) {
  return {.place = {.kind = PlaceKind::registry, .name = name}, .platforms = {amd64}};
}

// A registry in which the tag names a first image and then another.
struct MovingTag : MemoryRegistry {
  Descriptor first = put_index(store, {put_base(store)});
  Descriptor second = put_index(store, {put_base(store, {.layers = {}})});

  MovingTag() { tags = {{reference, first}}; }

  // The old image can still be had by its digest.
  void move() { tags = {{reference, second}, {"docker.io/library/debian:old", first}}; }

  OpenedBases open(const Lock& lock, LockPolicy policy = LockPolicy::complete, const std::string& name = reference) {
    return open_bases(std::vector{wanted(name)}, lock, policy, door());
  }

  std::vector<LockChange> update(const Lock& lock, const LockUpdate& update) {
    return update_lock(std::vector{wanted()}, lock, update, door());
  }
};

TEST_CASE("the first build writes down what a tag is, and says so") {
  MovingTag registry;
  const OpenedBases opened = registry.open({});
  CHECK(opened.lock.at(reference).digest == registry.first.digest);
  REQUIRE(opened.notes.size() == 1);
  CHECK(opened.notes.front().find(registry.first.digest.string()) != std::string::npos);
  CHECK(opened.bases.at(reference)->name == reference);
}

TEST_CASE("a locked base is taken by its digest, wherever the tag has moved") {
  MovingTag registry;
  const Lock lock = registry.open({}).lock;
  registry.move();
  registry.asked.clear();
  const OpenedBases opened = registry.open(lock, LockPolicy::locked);
  CHECK(registry.asked == Texts{reference + "@" + registry.first.digest.string()});
  CHECK(opened.bases.at(reference)->root == registry.first);
  CHECK(opened.bases.at(reference)->name == reference);
  CHECK(opened.lock == lock);
  CHECK(opened.notes.empty());
}

TEST_CASE("where the lock file must not change, a missing or stale entry is an error that names the command") {
  MovingTag registry;
  const Error missing = failure_of([&] { return registry.open({}, LockPolicy::locked); });
  CHECK(missing.code() == Errc::invalid_document);
  CHECK(says(missing, "has no entry for it"));
  CHECK(missing.help() == Texts{"run `ocibuild lock --update` and commit ocibuild.lock"});
  CHECK(registry.asked.empty());
  Lock lock = registry.open({}).lock;
  lock.at(reference).platforms.clear();
  CHECK(says(failure_of([&] { return registry.open(lock, LockPolicy::locked); }), "with other platforms"));
  CHECK(registry.open(lock).lock.at(reference).platforms.size() == 1);
}

TEST_CASE("another root or image than the one that was asked for is refused with both digests (DL06)") {
  MovingTag registry;
  Lock lock = registry.open({}).lock;
  const OpenBase lying = [&](const Place&) {
    return OpenedRoot{std::make_unique<UnionStore>(std::vector<const ReadStore*>{&registry.store}), registry.second};
  };
  const Error root = failure_of([&] { return open_bases(std::vector{wanted()}, lock, LockPolicy::locked, lying); });
  CHECK(root.code() == Errc::digest_mismatch);
  CHECK(says(root, "asked for " + registry.first.digest.string() + ", got " + registry.second.digest.string()));
  const Digest other = Digest::of("other");
  lock.at(reference).platforms.at("linux/amd64") = other;
  const Error child = failure_of([&] { return registry.open(lock); });
  CHECK(child.code() == Errc::digest_mismatch);
  CHECK(says(child, "ocibuild.lock says " + other.string()));
}

TEST_CASE("a reference with a digest needs no entry to be the same, and gets one") {
  MovingTag registry;
  const std::string pinned = reference + "@" + registry.second.digest.string();
  registry.move();
  const OpenedBases opened = registry.open({}, LockPolicy::complete, pinned);
  CHECK(opened.lock.at(pinned).digest == registry.second.digest);
  CHECK(opened.bases.at(pinned)->name == reference);
  Lock stale = opened.lock;
  stale.at(pinned).digest = registry.first.digest;
  CHECK(says(failure_of([&] { return registry.open(stale, LockPolicy::locked, pinned); }), "of another digest"));
  CHECK(registry.open(stale, LockPolicy::complete, pinned).lock == opened.lock);
}

TEST_CASE("what several components want of one base is opened once, for all their platforms") {
  MovingTag registry;
  const Descriptor both =
      put_index(registry.store, {put_base(registry.store), put_base(registry.store, {.platform = "linux/arm64"})});
  registry.tags = {{reference, both}};
  WantedBase other = wanted();
  other.platforms = {Platform::parse("linux/arm64"), amd64};
  const OpenedBases opened = open_bases(std::vector{wanted(), other}, {}, LockPolicy::complete, registry.door());
  CHECK(registry.asked == Texts{reference});
  CHECK(opened.bases.at(reference)->images.size() == 2);
}

TEST_CASE("files are opened and never locked") {
  MovingTag registry;
  const WantedBase file{.place = Place::parse("oci:somewhere"), .platforms = {amd64}};
  const OpenBase door = [&](const Place&) {
    return OpenedRoot{std::make_unique<UnionStore>(std::vector<const ReadStore*>{&registry.store}), registry.first};
  };
  const OpenedBases opened = open_bases(std::vector{file}, {}, LockPolicy::locked, door);
  CHECK(opened.lock.empty());
  CHECK(opened.bases.at("oci:somewhere")->name.empty());
  CHECK(update_lock(std::vector{file}, {}, {.all = true}, door).empty());
}

TEST_CASE("an update tells what moved, what is new and what nothing wants any more") {
  MovingTag registry;
  const Lock lock = registry.open({}).lock;
  CHECK(registry.update({}, {}).front().state == LockState::added);
  CHECK(registry.update(lock, {.all = true}).front().state == LockState::unchanged);
  registry.move();
  CHECK(registry.update(lock, {}).front().state == LockState::unchanged);
  const std::vector<LockChange> moved = registry.update(lock, {.references = {"debian:12"}});
  REQUIRE(moved.size() == 1);
  CHECK(moved.front().state == LockState::changed);
  CHECK(moved.front().before->digest == registry.first.digest);
  CHECK(moved.front().after->digest == registry.second.digest);
  CHECK(apply(moved).at(reference).digest == registry.second.digest);
  const std::vector<LockChange> unwanted = update_lock({}, lock, {}, registry.door());
  CHECK(unwanted.front().state == LockState::removed);
  CHECK(apply(unwanted).empty());
}

TEST_CASE("an update of what nobody wants names the nearest base") {
  MovingTag registry;
  const Error error = failure_of([&] { return registry.update({}, {.references = {"debian:13"}}); });
  CHECK(error.code() == Errc::not_found);
  CHECK(error.help() == Texts{"did you mean `docker.io/library/debian:12`?"});
}

}  // namespace
}  // namespace ocibuild
