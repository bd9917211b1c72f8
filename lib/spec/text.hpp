// Foreign text: checking it, and quoting it in messages without trusting it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ocibuild {

/// `text` in double quotes for a message: control characters and bytes that are not ASCII escaped as `\xNN`, cut after
/// 80 characters.
std::string quote(std::string_view text);

/// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: shortest form, no surrogates), or
/// npos.
std::size_t find_non_utf8(std::string_view text) noexcept;

/// What is left of foreign text on one line of a terminal: white space and control characters become single spaces,
/// escape sequences vanish, bytes that are not UTF-8 become `?`, and what follows `limit` code points becomes `...`.
std::string clean_line(std::string_view text, std::size_t limit);

constexpr bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_alphanumeric(char c) noexcept {
  return is_lower(c) || is_upper(c) || is_digit(c);
}
constexpr bool is_lower_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// `text` with A to Z in lower case, whatever the locale is.
std::string to_lower(std::string_view text);

}  // namespace ocibuild
