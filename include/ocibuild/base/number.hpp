// Numbers as text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace ocibuild {

/// The number that the whole of `text` is in decimal, or nothing: no sign but `-` for a type that has one, no white
/// space, and nothing out of range.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
  Number number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace ocibuild
