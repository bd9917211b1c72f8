#include "ocibuild/deploy/manifest_probes.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

constexpr const char* engine = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: engine}
spec:
  template:
    metadata:
      labels: {app: engine}
    spec:
      containers:
        - name: web
          image: nginx:alpine
          ports:
            - {name: admin, containerPort: 9000}
            - {name: http, containerPort: 8081, hostPort: 30081}
          readinessProbe:
            httpGet:
              path: /ready?full=1
              port: http
              httpHeaders: [{name: X-Probe, value: "yes"}]
            periodSeconds: 5
          livenessProbe:
            httpGet: {path: health, port: 9000, scheme: HTTPS}
          startupProbe:
            exec: {command: [/bin/true]}
)";

/// A Pod with one container `c`, whose members are `text`.
std::string pod(std::string_view text) {
  return fmt::format("kind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, {}}}]}}\n", text);
}

}  // namespace

TEST_CASE("the HTTP probes of a Deployment are read, and others are passed over") {
  const ManifestProbes found = read_probes(engine);
  REQUIRE(found.probes.size() == 2);
  const HttpProbe& ready = found.probes.at(0);
  CHECK(ready.workload == "engine");
  CHECK(ready.container == "web");
  CHECK(ready.kind == "readiness");
  CHECK(ready.scheme == "http");
  CHECK(ready.path == "/ready?full=1");
  CHECK(ready.port == 8081);
  CHECK(ready.host_port == 30081);
  CHECK(ready.headers.first("X-Probe") == "yes");
  CHECK(ready.labels.at("app") == "engine");
  const HttpProbe& live = found.probes.at(1);
  CHECK(live.kind == "liveness");
  CHECK(live.scheme == "https");
  CHECK(live.path == "/health");
  CHECK(live.port == 9000);
  CHECK_FALSE(live.host_port);
  CHECK(found.passed_over == std::vector<std::string>{"engine/web: its startup probe is exec"});
}

TEST_CASE("a hostPort of 0 is none, as Kubernetes has it") {
  const std::string ports = "ports: [{name: http, containerPort: 80, hostPort: 0}]";
  const ManifestProbes found = read_probes(pod(ports + ", readinessProbe: {httpGet: {port: http}}"));
  REQUIRE(found.probes.size() == 1);
  CHECK_FALSE(found.probes.front().host_port);
}

TEST_CASE("everything that makes pods may have probes") {
  const std::string spec = "{containers: [{name: c, readinessProbe: {httpGet: {port: 80}}}]}";
  const std::string made = fmt::format("spec: {{template: {{spec: {}}}}}", spec);
  for (const std::string& rest :
       {"kind: Pod\nspec: " + spec, "kind: StatefulSet\n" + made, "kind: DaemonSet\n" + made, "kind: Job\n" + made,
        "kind: Rollout\n" + made, fmt::format("kind: CronJob\nspec: {{jobTemplate: {{{}}}}}", made),
        fmt::format("kind: List\nitems: [{{kind: Deployment, metadata: {{name: w}}, {}}}]", made)}) {
    CAPTURE(rest);
    const ManifestProbes found = read_probes("metadata: {name: w}\n" + rest);
    REQUIRE(found.probes.size() == 1);
    CHECK(found.probes.front().workload == "w");
    CHECK(found.probes.front().path == "/");
    CHECK(found.probes.front().port == 80);
  }
}

TEST_CASE("a workload without HTTP probes is told, unless it does its work and ends") {
  const std::string spec =
      "spec: {template: {spec: {containers: [{name: c, livenessProbe: {tcpSocket: {port: 80}}}]}}}";
  const auto passed_over = [&](const char* kind) {
    return read_probes(fmt::format("kind: {}\nmetadata: {{name: w}}\n{}", kind, spec)).passed_over;
  };
  CHECK(passed_over("Deployment") ==
        std::vector<std::string>{"w/c: its liveness probe is tcpSocket", "w: it has no HTTP probe"});
  CHECK(passed_over("Job") == std::vector<std::string>{"w/c: its liveness probe is tcpSocket"});
}

TEST_CASE("other objects, empty documents and containers without probes have none") {
  const ManifestProbes found = read_probes(
      "---\n---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {spec: x}\n---\njust text\n---\n"
      "kind: Certificate\nspec: {template: {data: 1}}\n---\n" +
      pod("readinessProbe: null, livenessProbe: ~"));
  CHECK(found.probes.empty());
  CHECK(found.passed_over == std::vector<std::string>{"p: it has no HTTP probe"});
}

TEST_CASE("Services say which pods they lead to") {
  const ManifestProbes found = read_probes(
      "kind: Service\nmetadata: {name: api}\nspec: {selector: {app: engine}, ports: [{port: 80}]}\n---\n"
      "kind: Service\nmetadata: {name: outside}\nspec: {type: ExternalName}\n");
  REQUIRE(found.services.size() == 2);
  CHECK(found.services.at(0).selector == std::map<std::string, std::string>{{"app", "engine"}});
  CHECK(found.services.at(1).selector.empty());
}

TEST_CASE("ports on the host's own network are ports of the host") {
  const ManifestProbes found = read_probes(
      "kind: Pod\nmetadata: {generateName: p-}\n"
      "spec: {hostNetwork: true, containers: [{name: c, startupProbe: {httpGet: {port: 81}}}]}");
  CHECK(found.probes.front().workload == "p-");
  CHECK(found.probes.front().host_port == 81);
}

TEST_CASE("anchors and merge keys are followed") {
  const ManifestProbes found = read_probes(
      "x: &probe {httpGet: {path: /health, port: 80}}\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
      "    - &first {name: a, readinessProbe: *probe}\n    - {<<: *first, name: b}\n");
  REQUIRE(found.probes.size() == 2);
  CHECK(found.probes.at(1).container == "b");
  CHECK(found.probes.at(1).path == "/health");
}

TEST_CASE("what Kubernetes would refuse is refused with its line") {
  const auto says_of = [](const std::string& text) {
    const Error error = failure_of([&] { return read_probes(text); });
    CHECK(error.code() == Errc::invalid_document);
    return std::string{error.what()};
  };
  CHECK(says_of(pod("readinessProbe: {httpGet: {port: http}}")) == "line 3: container c has no port \"http\"");
  CHECK(says_of(pod("readinessProbe: {httpGet: {path: /}}")) == "line 3: a probe of c has no port");
  CHECK(says_of(pod("readinessProbe: {httpGet: {port: 65536}}")) == "line 3: \"65536\" is not a port from 1 to 65535");
  CHECK(says_of(pod("readinessProbe: {httpGet: {port: 80, scheme: FTP}}")) ==
        "line 3: scheme is \"FTP\", expected HTTP or HTTPS");
  CHECK(says_of(pod("readinessProbe: {httpGet: {port: 80, path: /a b}}")) == "line 3: \"/a b\" is no path of a URL");
  CHECK(says_of(pod(R"(livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: "a:\r\nb"}]}})")) ==
        R"(line 3: "a:\x0d\x0ab" is no header field)");
  CHECK(says_of(pod("livenessProbe: {}")) ==
        "line 3: p/c: its liveness probe is none of httpGet, exec, tcpSocket, grpc");
  CHECK(says_of(pod("livenessProbe: often")) == "line 3: livenessProbe is not a mapping");
  CHECK(says_of("kind: Pod\nspec: {containers: []}") == "line 1: an object has no name");
  CHECK(says_of("kind: Pod\nmetadata: {name: p}\nspec: {containers: 5}") == "line 3: containers is not a list");
}

TEST_CASE("a manifest that aliases make endless is refused") {
  std::string text = "x: &c {name: c, env: [";
  for (int i = 0; i < 3000; ++i) text += "a,";
  text += "], ports: [{containerPort: 1}";
  for (int i = 0; i < 3000; ++i) text += ",{containerPort: 1}";
  text += "], readinessProbe: {httpGet: {port: 80}}}\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [*c";
  for (int i = 0; i < 3000; ++i) text += ",*c";
  CHECK(says(failure_of([&] { return read_probes(text + "]}"); }), "the manifest has too many parts"));
}
