// RFC 3339 timestamps.
#include "spec/timestamp.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace ocibuild;

TEST_CASE("timestamps follow RFC 3339") {
  for (const std::string_view text : {"2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "2024-02-29T23:59:59.123456789Z",
                                      "2026-12-31T00:00:00+02:00", "2026-12-31T00:00:00.1-23:59"}) {
    CAPTURE(text);
    CHECK(is_timestamp(text));
  }
  for (const std::string_view text : {"",
                                      "Z",
                                      "2026-01-02",
                                      "2026-01-02T03:04:05",
                                      "2026-01-02t03:04:05z",
                                      "2026-01-02 03:04:05Z",
                                      "2026-01-02T03:04Z",
                                      "2026-01-02T03:04:Z",
                                      "2026-01-02T03:04:5Z",
                                      "2026-01-02T03:04:05.Z",
                                      "2026-01-02T03:04:05,1Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-01-02T24:00:00Z",
                                      "2026-01-02T03:60:05Z",
                                      "2026-01-02T03:04:60Z",
                                      "2026-01-02T03:04:05ZZ",
                                      "2026-01-02T03:04:05+0200",
                                      "2026-01-02T03:04:05+24:00",
                                      "2026-01-02T03:04:05+",
                                      "+026-01-02T03:04:05Z",
                                      "2026-01-02T03:04:05Z\n",
                                      "today"}) {
    CAPTURE(text);
    CHECK_FALSE(is_timestamp(text));
  }
}
