// Checking and quoting foreign text.
#include "spec/text.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace ocibuild {
namespace {

constexpr std::size_t longest_quote = 80;

constexpr bool is_continuation(unsigned char byte) noexcept {
  return (byte & 0xC0) == 0x80;
}

// The length of the well-formed sequence at the front of `text`, or 0. The ranges are table 3-7 of the Unicode
// standard.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !is_continuation(byte(1))) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate || !is_continuation(byte(2)) ? 0 : 3;
  }
  const bool overlong = lead == 0xF0 && byte(1) < 0x90;
  const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || too_large || !is_continuation(byte(2)) || !is_continuation(byte(3)) ? 0 : 4;
}

// Spaces, C0, DEL, C1, line separators, marks that change the direction of text (Unicode TR 9), byte order marks.
bool is_blank(std::string_view sequence) noexcept {
  const auto byte = [sequence](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) <= ' ' || byte(0) == 0x7F;
  if (sequence.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA1) || sequence == "\u061c";
  if (sequence.size() != 3) return false;
  if (byte(0) == 0xE2 && byte(1) == 0x80)
    return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) || sequence == "\ufeff";
}

// The length of the escape sequence at the front of `text` (ECMA-48: CSI to its final byte, OSC to its terminator).
std::size_t escape_length(std::string_view text) noexcept {
  if (text.size() < 2) return text.size();
  if (text[1] == ']') {
    const std::size_t end = text.find_first_of("\a\x1b", 2);
    return end == std::string_view::npos ? text.size() : std::min(end + (text[end] == '\a' ? 1 : 2), text.size());
  }
  if (text[1] != '[') return 2;
  std::size_t end = 2;
  while (end < text.size() && text[end] >= ' ' && text[end] < '@') ++end;
  return std::min(end + 1, text.size());
}

}  // namespace

std::string clean_line(std::string_view text, std::size_t limit) {
  std::string result;
  for (std::size_t count = 0; !text.empty();) {
    if (text.front() == '\x1b') {
      text.remove_prefix(escape_length(text));
      continue;
    }
    const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
    const std::string_view sequence = text.substr(0, length);
    text.remove_prefix(length);
    if (is_blank(sequence)) {
      if (result.empty() || result.back() == ' ') continue;
      result += ' ';
    } else {
      result += length == 1 && static_cast<unsigned char>(sequence[0]) >= 0x80 ? "?" : sequence;
    }
    if (++count == limit && !text.empty()) return result + "...";
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, longest_quote)) {
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c >= ' ' && c <= '~') {
      result += c;
    } else {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return result + (text.size() > longest_quote ? "...\"" : "\"");
}

std::size_t find_non_utf8(std::string_view text) noexcept {
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t length = sequence_length(text.substr(position));
    if (length == 0) return position;
    position += length;
  }
  return std::string_view::npos;
}

std::string to_lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](char c) { return is_upper(c) ? static_cast<char>(c | 0x20) : c; });
  return result;
}

}  // namespace ocibuild
