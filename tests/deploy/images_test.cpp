#include "ocibuild/deploy/images.hpp"

#include <string>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

using namespace ocibuild;

namespace {

const std::string digest = "sha256:" + std::string(64, 'a');
const std::string pinned = "ghcr.io/o/api@" + digest;

/// A pod whose only container has what follows `image`.
std::string pod(const std::string& image) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\nspec:\n  containers:\n  - name: api\n    "
         "image" +
         image;
}

/// Everything of ghcr.io/o/api becomes its digest.
std::optional<NewImage> decide(const ImageSite& site) {
  const bool is_api = (site.image + site.replaces).find("o/api") != std::string::npos;
  return is_api ? std::optional{NewImage{.name = "ghcr.io/o/api", .tag = {}, .digest = digest}} : std::nullopt;
}

std::string pin(const std::string& yaml) {
  return pin_images(yaml, decide);
}

std::string put_nginx(const std::string& yaml) {
  return pin_images(yaml, [](const ImageSite&) { return NewImage{.name = "nginx", .tag = "alpine", .digest = {}}; });
}

std::vector<std::string> images_of(const std::string& yaml, const std::vector<ImagePath>& paths = {}) {
  std::vector<std::string> images;
  for (const ImageSite& site : find_images(yaml, paths)) images.push_back(site.path + " " + site.image);
  return images;
}

template <class Body>
std::string error_of(Errc code, Body body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a site says where it is, in which object and container") {
  const auto sites = find_images("# none\n---\n" + pod(": ghcr.io/o/api:1\n"));
  REQUIRE(sites.size() == 1);
  CHECK(sites[0] == ImageSite{.image = "ghcr.io/o/api:1",
                              .container = "api",
                              .kind = "Pod",
                              .name_space = "n",
                              .name = "p",
                              .path = "spec.containers[api].image",
                              .document = 0,
                              .line = 9});
}

TEST_CASE("only the reference changes, in the style it is written in") {
  const std::string old = "ghcr.io/o/api:1";
  const std::vector<std::pair<std::string, std::string>> spellings{
      {": ", " # why\n"},        {": '", "'\t# why\r\n"},        {" :  \"", "\"  \n"},
      {": >-\n      ", "\n"},    {": |  # why\n      ", "\n\n"}, {":\n      ", "\n    tty: true\n"},
      {": !!str &image ", "\n"}, {": &i # why\n      '", "'"},
  };
  for (const auto& [front, back] : spellings) {
    const std::string& before = front;  // clang 14 lets no lambda have a part of a pair, as CAPTURE's is
    const std::string& after = back;
    CAPTURE(before);
    CHECK(pin(pod(before + old + after)) == pod(before + pinned + after));
  }
}

TEST_CASE("JSON and byte order marks stay what they are") {
  const std::string json = R"({"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"image":"ghcr.io\/o\/api:1"}]}})";
  CHECK(pin(json) == R"({"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"image":")" + pinned + "\"}]}}");
  CHECK(pin("\xEF\xBB\xBF" + pod(": ghcr.io/o/api\n")) == "\xEF\xBB\xBF" + pod(": " + pinned + "\n"));
}

TEST_CASE("a scalar behind an anchor changes once, where it is") {
  const std::string rest = "  - {name: b, image: *i}\n  - &c {name: c, image: nginx}\n  - {<<: *c, name: d}\n";
  CHECK(pin(pod(": &i ghcr.io/o/api:1\n") + rest) == pod(": &i " + pinned + "\n") + rest);
  const auto only_d = [](const ImageSite& site) {
    return site.container == "d" ? std::optional{NewImage{.name = "x", .tag = {}, .digest = {}}} : std::nullopt;
  };
  CHECK(error_of(Errc::invalid_document, [&] { pin_images(pod(": &i a\n") + rest, only_d); }) ==
        "lines 9 and 10 share one scalar, on line 9, and would need two: \"nginx\" and \"x\"");
}

TEST_CASE("what shares a scalar with an image and is none stays, and is named") {
  const auto refusal = [](const std::string& yaml) { return error_of(Errc::invalid_document, [&] { pin(yaml); }); };
  const std::string values = "version: &v '1'\nimage: {repository: ghcr.io/o/api, tag: *v}\nlabels: {version: *v}\n";
  CHECK(refusal(values) ==
        "line 1 is not known to be an image, but shares one scalar, on line 1, with the image on line 2, and would "
        "become \"1@" +
            digest + "\"");
  CHECK(refusal("image: {repository: ghcr.io/o/api, tag: &v '1'}\nlabels: {version: *v}\n")
            .starts_with("line 2 is not known"));
  CHECK(refusal(pod(": &i ghcr.io/o/api:1\n") + "    env: [{name: IMAGE, value: *i}]\n")
            .starts_with("line 8 is not known"));
  CHECK(refusal("images:\n- {name: ghcr.io/o/api, &k newTag: '1'}\nx: *k\n").starts_with("line 3 is not known"));
  const std::string stays = pod(": ghcr.io/o/api:1\n    command: [&c nginx]\n  - {name: b, image: *c}\n");
  CHECK(pin(stays) == pod(": " + pinned + "\n    command: [&c nginx]\n  - {name: b, image: *c}\n"));
}

TEST_CASE("pods are found in every kind of workload, and in lists of lists") {
  const std::string spec =
      "{containers: [{image: a}], initContainers: [{name: i, image: b}], ephemeralContainers: [{image: c}]}";
  const std::string deployment = "{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: " + spec + "}}}";
  CHECK(images_of(deployment) == std::vector<std::string>{"spec.template.spec.containers[0].image a",
                                                          "spec.template.spec.initContainers[i].image b",
                                                          "spec.template.spec.ephemeralContainers[0].image c"});
  const std::string job =
      "{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: {spec: " + spec + "}}}}}";
  CHECK(images_of(job).size() == 3);
  CHECK(images_of("{apiVersion: v1, kind: PodTemplate, template: {spec: " + spec + "}}").size() == 3);
  const std::string list = "{apiVersion: v1, kind: List, items: [" + deployment + "]}";
  CHECK(images_of("{apiVersion: v1, kind: List, items: [" + list + ", " + job + "]}").size() == 6);
  CHECK(images_of("[" + deployment + ", " + job + "]").size() == 6);
}

TEST_CASE("configured paths lead into other kinds") {
  const std::string workflow =
      "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - name: t\n    container: {image: a}\n"
      "  - sidecars: [{name: s, image: b}]\n";
  CHECK(images_of(workflow).empty());
  CHECK(images_of(workflow,
                  {ImagePath::parse("Workflow:spec.templates[].container.image"),
                   ImagePath::parse("spec.templates[].sidecars[].image"), ImagePath::parse("Pod:spec.image")}) ==
        std::vector<std::string>{"spec.templates[t].container.image a", "spec.templates[1].sidecars[s].image b"});
  for (const char* bad : {"", ":spec", "a..b", "[].x", "a[0]", "a.b]"}) {
    CHECK_FALSE(error_of(Errc::invalid_argument, [&] { ImagePath::parse(bad); }).empty());
  }
}

TEST_CASE("a Kustomize entry gets a digest in place of its tag, or a new line") {
  const std::string start = "images:\n- name: ghcr.io/o/api # ours\n";
  CHECK(pin(start + "  newTag: '1' # old\n") == start + "  digest: '" + digest + "' # old\n");
  CHECK(pin(start + "  digest: sha256:00\n") == start + "  digest: " + digest + "\n");
  CHECK(pin(start) == start + "  digest: " + digest + "\n");
  CHECK(pin(start + "# end") == start + "  digest: " + digest + "\n# end");
  CHECK(pin("images:\r\n-  name: x\r\n   newName: ghcr.io/o/api\r\n") ==
        "images:\r\n-  name: x\r\n   newName: ghcr.io/o/api\r\n   digest: " + digest + "\r\n");
  CHECK(pin("{images: [{name: ghcr.io/o/api}]}") == "{images: [{name: ghcr.io/o/api, digest: \"" + digest + "\"}]}");
  CHECK(pin(R"({"images":[{"name":"ghcr.io/o/api"}]})") ==
        R"({"images":[{"name":"ghcr.io/o/api", "digest": ")" + digest + R"("}]})");
}

TEST_CASE("a placeholder in Kustomize takes newName and newTag, and a digest takes them back") {
  const std::string entry = "images:\n- name: api\n  newName: ghcr.io/o/api\n  digest: " + digest + "\n";
  const std::string placeholder = "images:\n- name: api\n  newName: nginx\n  newTag: alpine\n";
  CHECK(put_nginx(entry) == placeholder);
  CHECK(pin_images(placeholder, [](const ImageSite&) {
          return NewImage{.name = "ghcr.io/o/api", .tag = {}, .digest = digest};
        }) == entry);
  CHECK(error_of(Errc::unsupported, [] { put_nginx("images:\n- name: ghcr.io/o/api\n  newTag: '1'\n"); }) ==
        "line 2: the entry has no newName, which would name the other image");
}

TEST_CASE("values of Helm get the digest where the chart has one, and else in the tag") {
  const auto values = [](const std::string& rest) { return "api:\n  image:\n    repository: ghcr.io/o/api\n" + rest; };
  CHECK(pin(values("    tag: v1 # old\n    digest:\n")) == values("    tag: v1 # old\n    digest: " + digest + "\n"));
  CHECK(pin(values("    digest:  # none\n")) == values("    digest: " + digest + " # none\n"));
  CHECK(pin(values("    digest: # none\n")) == values("    digest: " + digest + " # none\n"));
  CHECK(pin(values("    digest: \"\"\n")) == values("    digest: \"" + digest + "\"\n"));
  CHECK(pin(values("    tag: 1.25\n")) == values("    tag: 1.25@" + digest + "\n"));
  CHECK(pin(values("    tag: v1@sha256:00\n")) == values("    tag: v1@" + digest + "\n"));
  CHECK(pin(values("    pullPolicy: Always\n")) == values("    tag: latest@" + digest + "\n    pullPolicy: Always\n"));
  CHECK(pin("api: {image: ghcr.io/o/api, tag: v1}\n") == "api: {image: ghcr.io/o/api, tag: v1@" + digest + "}\n");
  CHECK(pin("image: ghcr.io/o/api:1\n") == "image: " + pinned + "\n");
}

TEST_CASE("a placeholder in values goes into registry, repository and tag") {
  CHECK(put_nginx("a: {registry: ghcr.io, repository: o/api, tag: v1, digest: sha256:00}\n") ==
        "a: {registry: docker.io, repository: library/nginx, tag: alpine, digest: }\n");
  CHECK(put_nginx("a:\n  repository: o/api\n  tag: 1\n") == "a:\n  repository: nginx\n  tag: alpine\n");
}

TEST_CASE("a tag that would become a number is quoted") {
  const auto put = [](const std::string& tag) {
    return pin_images("a: {repository: o/api, tag: v1}\n",
                      [&](const ImageSite&) { return NewImage{.name = "o/api", .tag = tag, .digest = {}}; });
  };
  for (const char* tag : {"1", "1.27", "0x1f", "1e3", "2024-01-01", "null", "No", "1_000", "190-20"}) {
    CHECK(put(tag) == "a: {repository: o/api, tag: \"" + std::string{tag} + "\"}\n");
  }
  for (const char* tag : {"v1", "1.27-alpine", "nope"}) {
    CHECK(put(tag) == "a: {repository: o/api, tag: " + std::string{tag} + "}\n");
  }
}

TEST_CASE("a template of Helm is refused, with what to do") {
  for (const std::string& text : {pod(": {{ .Values.image }}\n"), pod(": a\n{{- if .Values.x }}\n{{- end }}\n")}) {
    CHECK(error_of(Errc::unsupported, [&] { find_images(text); }) ==
          "this is a template of Helm, with {{ }}, and not YAML");
  }
  CHECK(find_images(pod(": '{{inputs.parameters.image}}'\n")).size() == 1);
}

TEST_CASE("what cannot be written is refused") {
  const auto write = [](const std::string& name) {
    return error_of(Errc::invalid_argument, [&] {
      pin_images(pod(": a\n"), [&](const ImageSite&) { return NewImage{.name = name, .tag = {}, .digest = {}}; });
    });
  };
  CHECK(write("a b").ends_with("is not an image that can be written"));
  CHECK(write("a#b").ends_with("is not an image that can be written"));
  CHECK(write("").ends_with("is not an image that can be written"));
  CHECK(error_of(Errc::unsupported, [] { put_nginx(pod(": |\n      a\n      b\n")); }).starts_with("line 7: "));
}
