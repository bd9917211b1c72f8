// When something is tried again, and after how long.
#include "ocibuild/http/retry.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"
#include "support/registry/fake_clock.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using namespace std::chrono_literals;
using Waits = std::vector<std::chrono::milliseconds>;

namespace {

/// What a body that always fails so waits between its attempts.
Waits waits_for(const TransientError& error, unsigned attempts = 5) {
  FakeClock clock;  // its random is 0.5
  Retry retry{clock.clock(), {.attempts = attempts}};
  CHECK(failure_of([&] { retry.run("host", [&]() -> int { throw error; }); }).code() == Errc::unavailable);
  return clock.waits();
}

}  // namespace

TEST_CASE("waits double from a second, with jitter, and five attempts are made") {
  CHECK(waits_for(TransientError{"reset"}) == Waits{500ms, 1s, 2s, 4s});
}

TEST_CASE("UP26: whatever the dice, a registry that is away for two seconds is back before the last attempt") {
  FakeClock clock;
  clock.set_random(0);
  Retry retry{clock.clock()};
  failure_of([&] { retry.run("host", []() -> int { throw TransientError{"reset"}; }); });
  CHECK(clock.waits() == Waits{250ms, 500ms, 1s, 2s});
}

TEST_CASE("no wait is longer than half a minute") {
  CHECK(waits_for(TransientError{"reset"}, 9).back() == 15s);
}

TEST_CASE("UP04: a wait that the server asks for is kept to, and a little more, so that not all return at once") {
  CHECK(waits_for(TransientError{"429", TransientCause::rate_limit, 7s}, 2) == Waits{7500ms});
}

TEST_CASE("UP04: a server that asks for hours gets five minutes") {
  CHECK(waits_for(TransientError{"429", TransientCause::rate_limit, 3h}, 2) == Waits{300'500ms});
}

TEST_CASE("a rate limit without a time is a second at least") {
  CHECK(waits_for(TransientError{"429", TransientCause::rate_limit}, 2) == Waits{1500ms});
}

TEST_CASE("UP05: GitHub's secondary limit waits two minutes, then five, and then gives up") {
  CHECK(waits_for(TransientError{"403", TransientCause::secondary_limit}) == Waits{120s, 300s});
}

TEST_CASE("what is not transient is not tried again") {
  FakeClock clock;
  Retry retry{clock.clock()};
  int attempts = 0;
  const auto body = [&]() -> int {
    ++attempts;
    throw Error{Errc::unavailable, "400"};
  };
  CHECK(says(failure_of([&] { retry.run("host", body); }), "400"));
  CHECK(attempts == 1);
}

TEST_CASE("what was given up inside is not tried again outside") {
  FakeClock clock;
  Retry retry{clock.clock()};
  int attempts = 0;
  const auto inner = [&]() -> int {
    ++attempts;
    throw TransientError{"reset"};
  };
  failure_of([&] { retry.run("host", [&] { return retry.run("host", inner); }); });
  CHECK(attempts == 5);
}

TEST_CASE("a rate limit holds for everything that goes to the host, and for no other host") {
  FakeClock clock;
  Retry retry{clock.clock(), {.attempts = 2}};
  failure_of([&] { retry.run("a", []() -> int { throw TransientError{"429", TransientCause::rate_limit, 9s}; }); });
  clock.advance(-5s);
  retry.wait_for_turn("b");
  CHECK(clock.waits().size() == 1);
  retry.wait_for_turn("a");
  CHECK(clock.waits().back() == 5s);
}

TEST_CASE("every wait is told before it begins") {
  FakeClock clock;
  std::vector<std::string> told;
  Retry retry{clock.clock(), {.attempts = 2}, [&](const RetryWait& wait) {
                told.push_back(std::string{wait.host} + ": " + std::string{wait.reason});
                CHECK(wait.next_attempt == 2);
                CHECK(clock.waits().empty());
              }};
  failure_of([&] { retry.run("host", []() -> int { throw TransientError{"reset"}; }); });
  CHECK(told == std::vector<std::string>{"host: reset"});
  CHECK(retry.retries() == 1);
}

TEST_CASE("Retry-After is read as seconds or as a date, and garbage is none") {
  const auto read = [](std::string value) {
    return retry_after({{"Retry-After", std::move(value)}}, std::chrono::seconds{784111777});
  };
  CHECK(read("120") == 120s);
  CHECK(read("Sun, 06 Nov 1994 08:50:07 GMT") == 30s);
  CHECK(read("Sun, 06 Nov 1994 08:00:00 GMT") == 0s);
  CHECK_FALSE(read("soon"));
  CHECK_FALSE(read("-5"));
  CHECK_FALSE(read(""));
  CHECK(read("99999999999999999999").value() > 24h);
}

TEST_CASE("statuses that say nothing about the request are transient") {
  for (const int status : {408, 425, 429, 499, 500, 502, 503, 504, 522}) CHECK(is_transient_status(status));
  for (const int status : {200, 307, 400, 401, 403, 404, 405, 409, 413, 416, 501, 505})
    CHECK_FALSE(is_transient_status(status));
}
