// Reading and writing lengths of time.
#include "ocibuild/base/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};

constexpr std::array<Unit, 4> units{{
    {"h", std::chrono::hours{1}},
    {"m", std::chrono::minutes{1}},
    {"s", std::chrono::seconds{1}},
    {"ms", milliseconds{1}},
}};

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error{Errc::invalid_argument, fmt::format("'{}' {}", text, why)};
}

/// Takes the digits, or the letters, at the front of `rest`.
template <class Belongs>
std::string_view take_while(std::string_view& rest, Belongs belongs) {
  std::size_t end = 0;
  while (end < rest.size() && belongs(rest[end])) ++end;
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

}  // namespace

milliseconds parse_duration(std::string_view text) {
  constexpr std::string_view wrong = "is no length of time, expected one such as 500ms, 30s or 1m30s";
  if (text.empty()) refuse(text, wrong);
  milliseconds sum{0};
  std::size_t next_unit = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view digits = take_while(rest, [](char c) { return c >= '0' && c <= '9'; });
    const std::string_view name = take_while(rest, [](char c) { return c >= 'a' && c <= 'z'; });
    std::size_t unit = next_unit;
    while (unit < units.size() && units[unit].name != name) ++unit;
    if (digits.empty() || unit == units.size()) refuse(text, wrong);
    next_unit = unit + 1;
    const std::int64_t most = max_duration / units[unit].length;
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc{} || number > most) refuse(text, "is too long, expected at most 1000h");
    sum += number * units[unit].length;
  }
  if (sum > max_duration) refuse(text, "is too long, expected at most 1000h");
  return sum;
}

std::string duration_text(milliseconds duration) {
  std::string text;
  for (const Unit& unit : units) {
    const std::int64_t number = duration / unit.length;
    if (number > 0) text += fmt::format("{}{}", number, unit.name);
    duration %= unit.length;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace ocibuild
