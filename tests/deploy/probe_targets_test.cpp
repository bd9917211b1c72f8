#include <doctest/doctest.h>

#include "ocibuild/deploy/manifest_probes.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

HttpProbe ask(std::string workload, std::string kind, std::string path) {
  return {.workload = std::move(workload),
          .container = "web",
          .kind = std::move(kind),
          .labels = {{"app", "demon"}, {"tier", "back"}},
          .path = std::move(path),
          .port = 8081,
          .host_port = std::nullopt};
}

/// `name url` of each target.
std::vector<std::string> lines(const ManifestProbes& manifests, const std::map<std::string, std::string>& bases) {
  BaseUrls urls;
  for (const auto& [name, url] : bases) urls.emplace(name, Url::parse(url));
  std::vector<std::string> result;
  for (const ProbeTarget& target : probe_targets(manifests, urls)) {
    result.push_back(target.name + " " + target.url.string());
  }
  return result;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("probes are asked below the base URL of their workload") {
  const ManifestProbes manifests{.probes = {ask("engine", "readiness", "/ready?a=1")}};
  CHECK(lines(manifests, {{"engine", "http://127.0.0.1:8081"}}) ==
        Lines{"engine/web readiness http://127.0.0.1:8081/ready?a=1"});
  CHECK(lines(manifests, {{"engine", "https://x.test/engine/"}}) ==
        Lines{"engine/web readiness https://x.test/engine/ready?a=1"});
}

TEST_CASE("the nearest name wins: container of a workload, workload, container, Service") {
  ManifestProbes manifests{.probes = {ask("engine", "readiness", "/")},
                           .services = {{.name = "api", .selector = {{"app", "demon"}}}}};
  std::map<std::string, std::string> bases{{"api", "http://service"}};
  CHECK(lines(manifests, bases) == Lines{"engine/web readiness http://service/"});
  bases["web"] = "http://container";
  CHECK(lines(manifests, bases) == Lines{"engine/web readiness http://container/"});
  bases["engine"] = "http://workload";
  CHECK(lines(manifests, bases) == Lines{"engine/web readiness http://workload/"});
  bases["engine/web"] = "http://both";
  CHECK(lines(manifests, bases) == Lines{"engine/web readiness http://both/"});
}

TEST_CASE("a Service leads to pods that have all the labels it selects by, and to none without a selector") {
  ManifestProbes manifests{.probes = {ask("engine", "readiness", "/")}};
  manifests.probes.front().host_port = 30000;
  for (const std::map<std::string, std::string>& selector : {std::map<std::string, std::string>{},
                                                             {{"app", "demon"}, {"tier", "front"}},
                                                             {{"app", "demon"}, {"zone", "a"}}}) {
    manifests.services = {{.name = "api", .selector = selector}};
    CHECK(lines(manifests, {{"api", "http://service"}}) == Lines{"engine/web readiness http://127.0.0.1:30000/"});
  }
}

TEST_CASE("what several probes of a container ask is asked once") {
  ManifestProbes manifests{.probes = {ask("engine", "readiness", "/health"), ask("engine", "liveness", "/health"),
                                      ask("engine", "startup", "/start"), ask("engine", "liveness", "/health"),
                                      ask("runtime", "readiness", "/health")}};
  CHECK(lines(manifests, {{"web", "http://h"}}) == Lines{"engine/web readiness+liveness http://h/health",
                                                         "engine/web startup http://h/start",
                                                         "runtime/web readiness http://h/health"});
  manifests.probes.at(1).headers.add("X-Probe", "yes");
  CHECK(lines(manifests, {{"web", "http://h"}}).size() == 4);
}

TEST_CASE("without a base URL the port on the node is asked") {
  ManifestProbes manifests{.probes = {ask("engine", "readiness", "/health")}};
  manifests.probes.front().host_port = 30081;
  manifests.probes.front().scheme = "https";
  CHECK(lines(manifests, {}) == Lines{"engine/web readiness https://127.0.0.1:30081/health"});
}

TEST_CASE("workloads that nothing leads to are all named, with the option to add") {
  const ManifestProbes manifests{.probes = {ask("runtime", "readiness", "/"), ask("engine", "readiness", "/"),
                                            ask("engine", "liveness", "/health")}};
  const Error error = failure_of([&] { return lines(manifests, {}); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "it is not known where runtime, engine can be reached"));
  CHECK(error.help() == Lines{"add '--base-url engine=http://HOST:PORT', with what leads to its port 8081",
                              "add '--base-url runtime=http://HOST:PORT', with what leads to its port 8081"});
}

TEST_CASE("a base URL that nothing uses is a mistake") {
  const ManifestProbes manifests{.probes = {ask("engine", "readiness", "/")}};
  const Error error = failure_of([&] { return lines(manifests, {{"engin", "http://h"}}); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(says(error, "no probe in the manifests belongs to 'engin'"));
  CHECK(error.help() == Lines{"did you mean 'engine'?"});
  CHECK(says(failure_of([&] { return lines(manifests, {{"engine", "http://h?a=b"}}); }), "has a query"));
}
