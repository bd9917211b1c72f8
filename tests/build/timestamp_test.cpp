#include "build/timestamp.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

namespace ocibuild {
namespace {

TEST_CASE("times are written in UTC, before 1970 too") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339(1'767'322'985) == "2026-01-02T03:03:05Z");
  CHECK(rfc3339(951'782'399) == "2000-02-28T23:59:59Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59Z");
  CHECK(compact_date(951'868'800) == "20000301");
}

TEST_CASE("times outside of four-digit years are refused") {
  CHECK(rfc3339(253'402'300'799) == "9999-12-31T23:59:59Z");
  CHECK(testing::failure_of([] { return rfc3339(253'402'300'800); }).code() == Errc::invalid_argument);
  CHECK(testing::failure_of([] { return rfc3339(INT64_MIN); }).code() == Errc::invalid_argument);
}

}  // namespace
}  // namespace ocibuild
