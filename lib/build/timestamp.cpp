// Seconds since 1970 as dates of the proleptic Gregorian calendar.
#include "build/timestamp.hpp"

#include <chrono>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

using namespace std::chrono;

constexpr std::int64_t first_second = -62167219200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253402300799;   // 9999-12-31T23:59:59Z

sys_seconds checked(std::int64_t count) {
  if (count < first_second || count > last_second) {
    throw Error{Errc::invalid_argument, fmt::format("time {} is outside of the years 0 to 9999", count)};
  }
  return sys_seconds{seconds{count}};
}

}  // namespace

std::string rfc3339(std::int64_t seconds_since_epoch) {
  const sys_seconds time = checked(seconds_since_epoch);
  const year_month_day date{floor<days>(time)};
  const hh_mm_ss clock{time - floor<days>(time)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()}, clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string compact_date(std::int64_t seconds_since_epoch) {
  const year_month_day date{floor<days>(checked(seconds_since_epoch))};
  return fmt::format("{:04}{:02}{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

}  // namespace ocibuild
