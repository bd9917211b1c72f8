#include "ocibuild/deploy/probe.hpp"

#include <doctest/doctest.h>

#include "nginx_pages.hpp"
#include "scripted_service.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using namespace std::chrono_literals;

namespace {

ProbeTarget target() {
  return {.name = "engine", .url = Url::parse("http://engine.test/health")};
}

ProbeReport probe_one(ScriptedService& service, const ProbeTarget& asked = target(), const ProbeOptions& options = {}) {
  return probe(std::span{&asked, 1}, service, service.clock.clock(), options).front();
}

const ScriptedAnswer placeholder{.status = 404, .body = nginx_error_page("404 Not Found")};
const ScriptedAnswer refused{.failure = "connection refused"};

}  // namespace

TEST_CASE("a healthy service is asked once") {
  ScriptedService service{{{.status = 200, .body = "ok"}}};
  CHECK(probe_one(service) == ProbeReport{.state = ProbeState::healthy, .attempts = 1, .status = 200, .excerpt = "ok"});
  CHECK(service.requests.size() == 1);
  CHECK(service.clock.waits().empty());
}

TEST_CASE("a service that comes up late is asked until it is there") {
  ScriptedService service{{refused, {.status = 404}, {.status = 503}, {.status = 204}}};
  const ProbeReport report = probe_one(service);
  CHECK(report.state == ProbeState::healthy);
  CHECK(report.attempts == 4);
  CHECK(report.elapsed == 500ms + 1s + 2s);
  CHECK(report.reason.empty());
}

TEST_CASE("waits double up to the longest, and the last tries are close to the end") {
  ScriptedService service{{refused}};
  const ProbeReport report = probe_one(service, target(), {.longest_wait = 2s, .total_timeout = 10s});
  CHECK(report.state == ProbeState::unreachable);
  CHECK(report.reason == "connection refused");
  CHECK(service.clock.waits() == std::vector<std::chrono::milliseconds>{500ms, 1s, 2s, 2s, 2s, 1250ms, 625ms, 500ms});
  CHECK(report.elapsed == 9875ms);
}

TEST_CASE("the last answer is in the report") {
  ScriptedService service{{refused, {.status = 503, .body = "warming\x1b[31m up\n"}}};
  const ProbeReport report = probe_one(service, target(), {.total_timeout = 3s});
  CHECK(report.state == ProbeState::unhealthy);
  CHECK(report.status == 503);
  CHECK(report.reason == "status 503, expected 200-399");
  CHECK(report.excerpt == "warming up");
}

TEST_CASE("a try that hangs is left after its time, and the service asked again") {
  ScriptedService service{{{.takes = 1h}, {.status = 200}}};
  const ProbeReport report = probe_one(service);
  CHECK(report.state == ProbeState::healthy);
  CHECK(report.elapsed == 2s + 500ms);
  CHECK(service.requests.front().deadline == 2s);
}

TEST_CASE("the end cuts the last try short, and that does not hide the answer before it") {
  ScriptedService service{{{.status = 503, .takes = 2500ms}, {.takes = 1h}}};
  const ProbeReport report = probe_one(service, target(), {.try_timeout = 3s, .total_timeout = 4s});
  CHECK(service.requests.back().deadline == 1s);
  CHECK(report.status == 503);
  CHECK(report.attempts == 2);
  CHECK(report.elapsed == 4s);
}

TEST_CASE("a service is never asked for longer than there is time") {
  ScriptedService service{{{.takes = 1h}}};
  const ProbeReport report = probe_one(service, target(), {.try_timeout = 10s, .total_timeout = 3s});
  CHECK(report.state == ProbeState::unreachable);
  CHECK(report.elapsed == 3s);
}

TEST_CASE("statuses of one's own decide") {
  ProbeTarget asked = target();
  asked.expected = ExpectedStatuses::parse("204");
  ScriptedService service{{{.status = 200}, {.status = 204}}};
  CHECK(probe_one(service, asked).attempts == 2);
}

TEST_CASE("a text can be asked for in the body") {
  ProbeTarget asked = target();
  asked.body = R"("status":"ok")";
  ScriptedService service{{{.body = R"({"status":"starting"})"}, {.body = R"({"status":"ok"})"}}};
  CHECK(probe_one(service, asked).attempts == 2);
  ScriptedService never{{{.body = "fine"}}};
  CHECK(probe_one(never, asked).reason == R"(status 200, without "\"status\":\"ok\"" in its body)");
}

TEST_CASE("only the first 64 KiB of a body are read") {
  ProbeTarget asked = target();
  asked.body = "end";
  ScriptedService service{{{.body = std::string(64 << 10, 'x') + "end"}}};
  const ProbeReport report = probe_one(service, asked);
  CHECK(report.state == ProbeState::unhealthy);
  CHECK(report.excerpt == std::string(200, 'x') + "...");
}

TEST_CASE("a placeholder is not healthy, and the service behind it is waited for") {
  ScriptedService service{{placeholder, {.body = std::string{nginx_welcome_page}}, {.body = "ok"}}};
  const ProbeReport report = probe_one(service);
  CHECK(report.state == ProbeState::healthy);
  CHECK(report.attempts == 3);
  ScriptedService forever{{placeholder}};
  const ProbeReport last = probe_one(forever);
  CHECK(last.state == ProbeState::placeholder);
  CHECK(last.reason == "nginx's own error page");
  CHECK_FALSE(is_good(last, PlaceholderPolicy::refuse));
}

TEST_CASE("an accepted placeholder is final when it was seen twice in a row") {
  const ProbeOptions options{.placeholders = PlaceholderPolicy::accept};
  ScriptedService service{{placeholder, refused, placeholder, placeholder}};
  const ProbeReport report = probe_one(service, target(), options);
  CHECK(report.state == ProbeState::placeholder);
  CHECK(report.attempts == 4);
  CHECK(is_good(report, options.placeholders));
  ScriptedService replaced{{placeholder, {.body = "ok"}}};
  CHECK(probe_one(replaced, target(), options).state == ProbeState::healthy);
}

TEST_CASE("headers are sent, and no connection is kept") {
  ProbeTarget asked = target();
  asked.headers.add("X-Probe", "yes");
  ScriptedService service{{{.status = 200}}};
  probe_one(service, asked);
  CHECK(service.requests.front().headers.first("X-Probe") == "yes");
  CHECK(service.requests.front().headers.first("Connection") == "close");
}

TEST_CASE("targets are asked independently, and reported in their order") {
  const std::vector<ProbeTarget> targets(20, target());
  ScriptedService service{{{.status = 503}, {.status = 200}}};
  unsigned told = 0;
  const auto reports = probe(targets, service, service.clock.clock(), {.total_timeout = 1h},
                             [&](const ProbeTarget& asked, const ProbeReport&) { told += asked.name == "engine"; });
  unsigned attempts = 0;
  for (const ProbeReport& report : reports) {
    CHECK(report.state == ProbeState::healthy);
    attempts += report.attempts;
  }
  CHECK(attempts == 21);
  CHECK(told == 21);
}

TEST_CASE("too many targets are refused") {
  const std::vector<ProbeTarget> targets(max_probe_targets + 1, target());
  ScriptedService service{{{}}};
  CHECK(failure_of([&] { return probe(targets, service, service.clock.clock()); }).code() == Errc::invalid_argument);
}
