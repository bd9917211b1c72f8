// RFC 3339 without a clock or a locale.
#include "spec/timestamp.hpp"

#include <algorithm>
#include <chrono>

#include "spec/text.hpp"

namespace ocibuild {
namespace {

// True when `text` has the form of `pattern`, in which 0 stands for any digit.
bool has_form(std::string_view text, std::string_view pattern) noexcept {
  return std::ranges::equal(text, pattern, [](char c, char form) { return form == '0' ? is_digit(c) : c == form; });
}

int to_number(std::string_view digits) noexcept {
  int result = 0;
  for (const char digit : digits) result = result * 10 + (digit - '0');
  return result;
}

bool is_date(std::string_view text) noexcept {
  if (!has_form(text, "0000-00-00")) return false;
  return std::chrono::year_month_day{std::chrono::year{to_number(text.substr(0, 4))},
                                     std::chrono::month{static_cast<unsigned>(to_number(text.substr(5, 2)))},
                                     std::chrono::day{static_cast<unsigned>(to_number(text.substr(8, 2)))}}
      .ok();
}

bool is_hour_and_minute(std::string_view text) noexcept {
  return has_form(text, "00:00") && to_number(text.substr(0, 2)) < 24 && to_number(text.substr(3, 2)) < 60;
}

bool is_second(std::string_view text) noexcept {
  if (!has_form(text.substr(0, 2), "00") || to_number(text.substr(0, 2)) > 59) return false;
  const std::string_view fraction = text.substr(2);
  return fraction.empty() ||
         (fraction.size() > 1 && fraction.front() == '.' && std::ranges::all_of(fraction.substr(1), is_digit));
}

}  // namespace

bool is_timestamp(std::string_view text) noexcept {
  constexpr std::size_t to_seconds = std::string_view{"0000-00-00T00:00:"}.size();
  const std::size_t zone = std::min(text.find_first_of("Z+-", to_seconds), text.size());
  if (zone <= to_seconds || zone == text.size()) return false;
  const std::string_view offset = text.substr(zone + 1);
  return is_date(text.substr(0, 10)) && text[10] == 'T' && is_hour_and_minute(text.substr(11, 5)) && text[16] == ':' &&
         is_second(text.substr(to_seconds, zone - to_seconds)) &&
         (text[zone] == 'Z' ? offset.empty() : is_hour_and_minute(offset));
}

}  // namespace ocibuild
