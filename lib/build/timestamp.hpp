// Points in time as text.
#pragma once

#include <cstdint>
#include <string>

namespace ocibuild {

/// RFC 3339 in UTC, as `2026-01-02T03:04:05Z`. Throws Error{invalid_argument} outside of the years 0 to 9999.
std::string rfc3339(std::int64_t seconds_since_epoch);

/// `20260102`, in UTC.
std::string compact_date(std::int64_t seconds_since_epoch);

}  // namespace ocibuild
