// Times as the specification writes them.
#pragma once

#include <string_view>

namespace ocibuild {

/// True for a date and time by RFC 3339 5.6 as Go's time package reads it: upper-case T and Z, seconds up to 59.
bool is_timestamp(std::string_view text) noexcept;

}  // namespace ocibuild
