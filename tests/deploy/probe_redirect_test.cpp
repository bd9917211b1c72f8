#include <doctest/doctest.h>

#include "nginx_pages.hpp"
#include "ocibuild/deploy/probe.hpp"
#include "scripted_service.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using namespace std::chrono_literals;

namespace {

ScriptedAnswer redirect(std::string location) {
  return {.status = 302, .headers = {{"Location", std::move(location)}}};
}

ProbeReport probe_once(ScriptedService& service, std::optional<ExpectedStatuses> expected = {}) {
  const ProbeTarget target{
      .name = "ui", .url = Url::parse("http://ui.test:3000/health"), .headers = {}, .expected = std::move(expected)};
  return probe(std::span{&target, 1}, service, service.clock.clock(), {.total_timeout = 400ms}).front();
}

}  // namespace

TEST_CASE("a redirect on the same host is followed, as the kubelet does") {
  ScriptedService service{{redirect("/health/"), redirect("http://ui.test:3000/ready"), {.status = 200, .body = "ok"}}};
  CHECK(probe_once(service).status == 200);
  CHECK(service.requests.at(1).url.string() == "http://ui.test:3000/health/");
  CHECK(service.requests.at(2).url.string() == "http://ui.test:3000/ready");
  ScriptedService broken{{redirect("/login"), {.status = 404}}};
  CHECK(probe_once(broken).state == ProbeState::unhealthy);
}

TEST_CASE("a placeholder behind a redirect is one") {
  ScriptedService service{{redirect("/"), {.body = std::string{nginx_welcome_page}}}};
  CHECK(probe_once(service).state == ProbeState::placeholder);
}

TEST_CASE("a redirect to elsewhere, or to nowhere, is the answer") {
  for (const char* location :
       {"http://other.test/", "https://ui.test:3000/", "http://ui.test/", "ftp://ui.test/", ""}) {
    CAPTURE(location);
    ScriptedService service{{redirect(location)}};
    const ProbeReport report = probe_once(service);
    CHECK(report.state == ProbeState::healthy);
    CHECK(report.status == 302);
    CHECK(service.requests.size() == 1);
  }
}

TEST_CASE("with statuses of one's own the first answer counts") {
  ScriptedService service{{redirect("/login"), {.status = 200}}};
  CHECK(probe_once(service, ExpectedStatuses::parse("302")).state == ProbeState::healthy);
  CHECK(service.requests.size() == 1);
}

TEST_CASE("redirects end after ten") {
  ScriptedService service{{redirect("/health")}};
  const ProbeReport report = probe_once(service);
  CHECK(report.state == ProbeState::unreachable);
  CHECK(report.reason == "more than 10 redirects");
  CHECK(service.requests.size() == 11);
}

TEST_CASE("all hops of a try share its time") {
  ScriptedAnswer slow = redirect("/health");
  slow.takes = 150ms;
  ScriptedService service{{slow}};
  const ProbeReport report = probe_once(service);
  CHECK(report.elapsed == 400ms);
  CHECK(service.requests.back().deadline == 100ms);
}
