#include "ocibuild/deploy/pinning.hpp"

#include <doctest/doctest.h>

#include "deploy/sample_digests.hpp"
#include "ocibuild/base/error.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

/// Components `api` and `ui`, with images ghcr.io/acme/demon-api and demon-ui.
PinRequest request() {
  ImageDigests digests = sample_digests("api", {"linux/amd64"});
  digests.components.emplace("ui", sample_component("ui", {"linux/amd64"}));
  return {.digests = std::move(digests), .components = {}, .replace = {}, .placeholder = {}};
}

PinRequest placeholder_request(const std::string& image) {
  PinRequest with = request();
  with.placeholder = image;
  return with;
}

ImageSite site(const std::string& image, const std::string& container = "api") {
  return {.image = image, .container = container, .kind = "Pod", .path = "spec.containers[" + container + "].image"};
}

/// The component that a site is taken for.
std::string component_of(PinRequest with, const ImageSite& at, Pins pins = {}) {
  Pinning pinning{std::move(with), std::move(pins)};
  pinning.decide("f", at);
  return pinning.sites().empty() ? std::string{} : pinning.sites().front().component;
}

}  // namespace

TEST_CASE("a site belongs to the component whose image it names, with any tag or digest") {
  CHECK(component_of(request(), site("ghcr.io/acme/demon-api")) == "api");
  CHECK(component_of(request(), site("ghcr.io/acme/demon-ui:v1@sha256:" + std::string(64, '0'))) == "ui");
  CHECK(component_of(request(), site("ocibuild://ui")) == "ui");
  for (const char* other : {"acme/demon-api", "ghcr.io/acme/demon-api-extra", "nginx", "", "{{x}}"}) {
    CHECK(component_of(request(), site(other)).empty());
  }
}

TEST_CASE("the defaults of docker.io hold for the comparison") {
  PinRequest with = request();
  with.digests.components.at("api").image = "acme/api";
  CHECK(component_of(with, site("docker.io/acme/api:1")) == "api");
}

TEST_CASE("an image to replace counts in containers named like components") {
  PinRequest with = request();
  with.replace = {"nginx:alpine"};
  CHECK(component_of(with, site("docker.io/library/nginx:alpine")) == "api");
  CHECK(component_of(with, site("nginx:alpine", "sidecar")).empty());
  CHECK(component_of(with, site("nginx:1")).empty());
}

TEST_CASE("only the components that were asked for are pinned") {
  PinRequest with = request();
  with.components = {"ui"};
  CHECK(component_of(with, site("ghcr.io/acme/demon-api")).empty());
  CHECK(component_of(with, site("ocibuild://other")).empty());
  with.components = {"uu"};
  CHECK_THROWS_WITH_AS((Pinning{with, {}}), "the digests have no component \"uu\"", Error);
}

TEST_CASE("a digest of an image beside those of components is told to be in none") {
  Pinning pinning{request(), {}};
  const std::string digest = "@" + Digest::of("x").string();
  const std::string beside = "ghcr.io/acme/demon-worker" + digest;
  for (const std::string& image :
       {beside, "ghcr.io/acme/demon-api" + digest, std::string{"ghcr.io/acme/demon-worker:1"},
        "ghcr.io/other/demon-worker" + digest, "acme/demon-worker" + digest}) {
    pinning.decide("f", site(image));
  }
  REQUIRE(pinning.unlisted().size() == 1);
  CHECK(pinning.unlisted().front().site.image == beside);
}

TEST_CASE("a component that the digests do not have is an error with its line") {
  Pinning pinning{request(), {}};
  ImageSite at = site("ocibuild://apo");
  at.line = 7;
  CHECK_THROWS_WITH_AS(pinning.decide("f", at), "line 7: the digests have no component \"apo\"", Error);
  CHECK(pinning.missing() == std::vector<std::string>{"api", "ui"});
}

TEST_CASE("a placeholder is remembered, and pinning forward forgets it") {
  Pinning back{placeholder_request("nginx:alpine"), {}};
  CHECK(back.decide("f", site("ghcr.io/acme/demon-api:1"))->string() == "nginx:alpine");
  REQUIRE(back.pins().size() == 1);
  CHECK(back.pins().begin()->second.image == "ghcr.io/acme/demon-api:1");

  Pinning forward{request(), back.pins()};
  CHECK(forward.decide("f", site("nginx:alpine"))->string() == request().digests.components.at("api").reference());
  CHECK(forward.pins().empty());
}

TEST_CASE("a second placeholder does not lose what was remembered") {
  Pinning first{placeholder_request("nginx:alpine"), {}};
  first.decide("f", site("ghcr.io/acme/demon-api:1"));
  Pinning same{placeholder_request("nginx:alpine"), first.pins()};
  same.decide("f", site("nginx:alpine"));
  CHECK(same.pins() == first.pins());
  Pinning other{placeholder_request("busybox"), first.pins()};
  CHECK(other.decide("f", site("nginx:alpine"))->string() == "busybox:latest");
  CHECK(other.pins().begin()->second.image == "ghcr.io/acme/demon-api:1");
  CHECK(other.pins().begin()->second.placeholder == "busybox:latest");
}

TEST_CASE("a mirror in Kustomize stays and gets the digest, also after a placeholder; another image does not stay") {
  ImageSite entry{.form = ImageSite::Form::kustomize,
                  .image = "mirror.example/acme/demon-api:1",
                  .replaces = "ghcr.io/acme/demon-api",
                  .tag = "1"};
  const std::string digest = "@" + request().digests.components.at("api").digest.string();
  CHECK(Pinning{request(), {}}.decide("f", entry)->string() == "mirror.example/acme/demon-api" + digest);
  Pinning back{placeholder_request("nginx:alpine"), {}};
  back.decide("f", entry);
  entry.image = "nginx:alpine";
  CHECK(Pinning{request(), back.pins()}.decide("f", entry)->string() == "mirror.example/acme/demon-api:1" + digest);
  CHECK(Pinning{request(), {}}.decide("f", entry)->string() == "ghcr.io/acme/demon-api" + digest);
}

TEST_CASE("what is remembered does not count once somebody put another image there") {
  Pinning back{placeholder_request("nginx:alpine"), {}};
  back.decide("f", site("ghcr.io/acme/demon-api:1"));
  CHECK(component_of(request(), site("nginx:alpine"), back.pins()) == "api");
  CHECK(component_of(request(), site("nginx:1.27"), back.pins()).empty());
}
