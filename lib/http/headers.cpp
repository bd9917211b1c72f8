// Looking up header fields.
#include "ocibuild/http/headers.hpp"

#include <algorithm>

namespace ocibuild {
namespace {

/// Without the locale: field names are ASCII.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string> Headers::first(std::string_view name) const {
  for (const Header& header : headers_) {
    if (is_same_name(header.name, name)) return header.value;
  }
  return {};
}

std::vector<std::string> Headers::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Header& header : headers_) {
    if (is_same_name(header.name, name)) values.push_back(header.value);
  }
  return values;
}

}  // namespace ocibuild
