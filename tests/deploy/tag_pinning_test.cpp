// Pinning by what registries say.
#include "ocibuild/deploy/pinning.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

using namespace ocibuild;

namespace {

using Components = std::vector<std::string>;

ImageSite site(const std::string& image, const std::string& container = "c") {
  return {.image = image, .container = container, .kind = "Pod", .path = "spec.containers[" + container + "].image"};
}

TagPinning pinning_of(const Components& wanted, const std::vector<ImageSite>& sites) {
  return {wanted, sites, [](const Reference&) { return Digest::of("x"); }};
}

/// The component that each site is taken for; empty for none.
Components components_of(const Components& wanted, const std::vector<ImageSite>& sites) {
  TagPinning pinning = pinning_of(wanted, sites);
  Components found;
  for (const ImageSite& each : sites)
    found.push_back(pinning.decide("f", each) ? pinning.sites().back().component : "");
  return found;
}

}  // namespace

TEST_CASE("tags are asked for once each, and only where there is no digest") {
  int asked = 0;
  TagPinning pinning{[&](const Reference&) { return ++asked, Digest::of("x"); }};
  CHECK(pinning.decide("f", site("nginx"))->string() == "nginx@" + Digest::of("x").string());
  CHECK(pinning.decide("f", site("docker.io/library/nginx:latest")));
  CHECK_FALSE(pinning.decide("f", site("nginx@" + Digest::of("y").string())));
  CHECK_FALSE(pinning.decide("f", site("{{x}}")));
  CHECK(asked == 1);
}

TEST_CASE("a site that has a digest already counts as one that does not change") {
  const std::string pinned = "ghcr.io/acme/demon-api@" + Digest::of("y").string();
  TagPinning pinning = pinning_of({"api"}, {site(pinned)});
  CHECK_FALSE(pinning.decide("f", site(pinned)));
  CHECK_FALSE(pinning.decide("f", site("nginx@" + Digest::of("y").string())));
  CHECK(pinning.missing().empty());
  REQUIRE(pinning.sites().size() == 1);
  CHECK(pinning.sites().front().component == "api");
  CHECK(pinning.sites().front().after == pinned);
  CHECK(pinning.sites().front().change == PinnedSite::Change::none);
}

TEST_CASE("a component without a registry cannot be asked for") {
  TagPinning pinning = pinning_of({"api"}, {});
  ImageSite at = site("ocibuild://api");
  at.line = 7;
  CHECK_THROWS_WITH_AS(pinning.decide("f", at), "line 7: ocibuild://api names no registry to ask", Error);
  CHECK_FALSE(pinning.decide("f", site("ocibuild://ui")));
}

TEST_CASE("a tag that stands elsewhere is not guessed") {
  TagPinning pinning{[](const Reference&) { return Digest::of("x"); }};
  ImageSite entry = site("nginx");
  entry.form = ImageSite::Form::kustomize;
  CHECK_FALSE(pinning.decide("f", entry));
  entry.tag = "1";
  entry.image = "nginx:1";
  CHECK(pinning.decide("f", entry));
}

TEST_CASE("with components only their repositories are asked for") {
  const std::vector<ImageSite> sites{site("ghcr.io/acme/demon-api:1"), site("x.io/demon-api:1"),
                                     site("ghcr.io/acme/demonapi:1")};
  CHECK(components_of({"api", "ui"}, sites) == Components{"api", "api", ""});
  TagPinning pinning = pinning_of({"api", "ui"}, sites);
  pinning.decide("f", sites[0]);
  CHECK(pinning.missing() == Components{"ui"});
}

TEST_CASE("a component is the longest that the repository's last part ends in, and itself before all others") {
  const std::vector<ImageSite> sites{site("o/demon-ui:1"), site("o/demon-operate-ui:1"), site("o/operate-ui:1")};
  CHECK(components_of({"ui", "demon-operate-ui", "operate-ui"}, sites) ==
        Components{"ui", "demon-operate-ui", "operate-ui"});
  CHECK(components_of({"operate-ui"}, sites) == Components{"", "", "operate-ui"});
}

TEST_CASE("a component that could be several repositories is refused, with all of them") {
  const std::vector<ImageSite> sites{site("o/demon-ui:1"), site("o/demon-operate-ui:1")};
  CHECK_THROWS_WITH_AS(pinning_of({"ui"}, sites), "ui may be any of demon-operate-ui, demon-ui", Error);
  CHECK(components_of({"demon-ui"}, sites) == Components{"demon-ui", ""});
}

TEST_CASE("names of containers decide which repositories a component has") {
  const std::vector<ImageSite> sites{site("o/demon-ui:1", "ui"), site("o/demon-operate-ui:1", "operate-ui"),
                                     site("o/demon-ui:1", "migrate"), site("o/frontend:1", "web")};
  CHECK(components_of({"ui"}, sites) == Components{"ui", "", "ui", ""});
  CHECK(components_of({"web"}, sites) == Components{"", "", "", "web"});
}
