#include <doctest/doctest.h>

#include <filesystem>

#include "ocibuild/base/file.hpp"
#include "ocibuild/store/place.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;

const std::string sample_digest = Digest::of("").string();

}  // namespace

TEST_CASE("a place is read as skopeo reads it, and written the same") {
  const std::vector<std::pair<std::string, Place>> places{
      {"oci:target/ocibuild", {PlaceKind::layout, "target/ocibuild", ""}},
      {"oci:dir:engine", {PlaceKind::layout, "dir", "engine"}},
      {"oci:/a/b:ghcr.io/o/n:1.2", {PlaceKind::layout, "/a/b", "ghcr.io/o/n:1.2"}},
      {"oci-archive:a.tar:v1", {PlaceKind::oci_archive, "a.tar", "v1"}},
      {"docker-archive:a.tar:ghcr.io/o/n:1.2", {PlaceKind::docker_archive, "a.tar", "ghcr.io/o/n:1.2"}},
      {"oci:dir@" + sample_digest, {PlaceKind::layout, "dir", "", Digest::parse(sample_digest)}},
      {"oci:/a@b:n@" + sample_digest, {PlaceKind::layout, "/a@b", "n", Digest::parse(sample_digest)}},
      {"localhost:5000/n", {PlaceKind::registry, "", "localhost:5000/n"}},
  };
  for (const auto& [text, place] : places) {
    CHECK(Place::parse(text) == place);
    CHECK(place.string() == text);
  }
  CHECK(Place::parse("docker://ghcr.io/o/n:t") == Place{PlaceKind::registry, "", "ghcr.io/o/n:t"});
}

TEST_CASE("what is not a place is refused") {
  for (const std::string text : {"oci:", "oci::name", "oci:dir:", "oci-archive:", "oci:dir:-x", "oci:dir@sha256:1",
                                 "docker-archive:f:A B", "", "Upper/Case", "./dir"}) {
    CAPTURE(text);
    CHECK(failure_of([&] { return Place::parse(text); }).code() == Errc::invalid_argument);
  }
  CHECK(failure_of([&] { return Place::parse("dir:somewhere"); }).code() == Errc::unsupported);
  CHECK(failure_of([&] { return Place::parse("docker-daemon:x:y"); }).code() == Errc::unsupported);
}

TEST_CASE("a place without a name opens the only root, under however many names") {
  const TempDir dir{fs::temp_directory_path()};
  const Place place{PlaceKind::layout, dir.path() / "layout", ""};
  const auto store = open_for_writing(place);
  const Descriptor root = testing::put_sample_index(*store);
  store->tag(root, "v1");
  store->tag(root, "v2");
  store->finish();
  CHECK(open_for_reading(place).root == root);
  CHECK(open_for_reading(place).name == "v1");
  store->tag(testing::put_sample_index(*store, "other"), "v3");
  const Error error = failure_of([&] { return open_for_reading(place).root; });
  CHECK(error.code() == Errc::not_found);
  REQUIRE(error.notes().size() == 1);
  CHECK(error.notes()[0] == "it has: v1, v2, v3");
}

TEST_CASE("every local place is written and read by its name") {
  const TempDir dir{fs::temp_directory_path()};
  for (const PlaceKind kind : {PlaceKind::layout, PlaceKind::oci_archive, PlaceKind::docker_archive}) {
    const Place place{kind, dir.path() / std::to_string(static_cast<int>(kind)), "name"};
    const auto store = open_for_writing(place);
    const Descriptor root = testing::put_sample_index(*store);
    store->tag(root, place.name);
    store->finish();
    CHECK(open_for_reading(place).root == root);
    CHECK(open_for_reading(place).name == "name");
    Place other = place;
    other.name = "other";
    CHECK(failure_of([&] { return open_for_reading(other).root; }).code() == Errc::not_found);
  }
}

TEST_CASE("a digest finds its root, whatever that is called, and nothing is written by one") {
  const TempDir dir{fs::temp_directory_path()};
  for (const PlaceKind kind : {PlaceKind::layout, PlaceKind::oci_archive, PlaceKind::docker_archive}) {
    Place place{kind, dir.path() / std::to_string(static_cast<int>(kind)), ""};
    const auto store = open_for_writing(place);
    const Descriptor first = testing::put_sample_index(*store);
    const Descriptor second = testing::put_sample_index(*store, "other");
    store->tag(first, "localhost/first:1");
    store->tag(second, "localhost/second:1");
    store->finish();
    place.digest = second.digest;
    CHECK(open_for_reading(place).root == second);
    CHECK(open_for_reading(place).name == "localhost/second:1");
    place.name = "localhost/first:1";
    CHECK(open_for_reading(place).root == second);
    CHECK(open_for_reading(place).name == "localhost/first:1");
    CHECK(failure_of([&] { open_for_writing(place); }).code() == Errc::invalid_argument);
    place.digest = Digest::of("");
    CHECK(says(failure_of([&] { return open_for_reading(place).root; }), "has no image sha256:"));
  }
}

TEST_CASE("a registry is refused with the places that work") {
  const Error error = failure_of([] { return open_for_reading(Place::parse("ghcr.io/o/n:t")).root; });
  CHECK(error.code() == Errc::unsupported);
  CHECK(says(error, "is in a registry, expected a layout or an archive"));
  CHECK(failure_of([] { return open_for_writing(Place::parse("ghcr.io/o/n:t")); }).code() == Errc::unsupported);
}

}  // namespace ocibuild
