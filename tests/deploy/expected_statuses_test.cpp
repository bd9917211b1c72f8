#include "ocibuild/deploy/expected_statuses.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("what the kubelet takes for healthy is expected by itself") {
  const ExpectedStatuses statuses;
  for (const int status : {200, 204, 302, 399}) CHECK(statuses.contains(status));
  for (const int status : {101, 199, 400, 404, 503}) CHECK_FALSE(statuses.contains(status));
  CHECK(statuses.string() == "200-399");
}

TEST_CASE("statuses are single ones and ranges") {
  const ExpectedStatuses statuses = ExpectedStatuses::parse("200,204,300-399");
  for (const int status : {200, 204, 300, 399}) CHECK(statuses.contains(status));
  for (const int status : {201, 205, 299, 400}) CHECK_FALSE(statuses.contains(status));
  CHECK(statuses.string() == "200,204,300-399");
  CHECK(ExpectedStatuses::parse(statuses.string()) == statuses);
}

TEST_CASE("what is no status is refused") {
  for (const char* text : {"", "ok", "200,", ",200", "200 ", "+200", "-200", "200-", "399-200", "99", "600", "2xx",
                           "200;204", "200-299-300", "99999999999"}) {
    CAPTURE(text);
    const Error error = failure_of([&] { return ExpectedStatuses::parse(text); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(says(error, "expected one such as 200, 200-299 or 200,204"));
  }
}
