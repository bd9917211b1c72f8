#include "ocibuild/base/duration.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using namespace std::chrono_literals;

TEST_CASE("a length of time is a number and its unit, or several") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("1h2m3s4ms") == 1h + 2min + 3s + 4ms);
  CHECK(parse_duration("0s") == 0ms);
  CHECK(parse_duration("1000h") == max_duration);
}

TEST_CASE("anything else is no length of time") {
  for (const char* text :
       {"", "5", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1d", "1S", "30s1m", "1s1s", "1ms1s", "1s5", "1s\n"}) {
    CAPTURE(text);
    const Error error = failure_of([&] { return parse_duration(text); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(says(error, "is no length of time, expected one such as 500ms, 30s or 1m30s"));
  }
}

TEST_CASE("a length of time has a limit, however it is written") {
  for (const char* text : {"1001h", "1000h1ms", "60001m", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK(says(failure_of([&] { return parse_duration(text); }), "is too long, expected at most 1000h"));
  }
}

TEST_CASE("a length of time is written as it can be read again") {
  for (const char* text : {"0s", "500ms", "30s", "1m", "1m30s", "2h500ms", "1000h"}) {
    CHECK(duration_text(parse_duration(text)) == text);
  }
  CHECK(duration_text(90'000ms) == "1m30s");
}
