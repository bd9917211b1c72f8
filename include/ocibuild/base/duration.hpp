// Lengths of time as people write them: `500ms`, `30s`, `1m30s`.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace ocibuild {

/// Longest length of time that can be written.
inline constexpr std::chrono::hours max_duration{1000};

/// Reads whole numbers with the units `h`, `m`, `s` and `ms`, each at most once and the longest first, without spaces:
/// what Go and Kubernetes write, except for fractions and signs. A number without a unit says nothing and is refused.
///
/// Throws Error{invalid_argument} for anything else, and for more than `max_duration`.
std::chrono::milliseconds parse_duration(std::string_view text);

/// The shortest text that `parse_duration` reads as `duration`; `0s` for nothing. Requires that it is not negative.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace ocibuild
