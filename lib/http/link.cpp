// A list of `<target>; name=value; ...`, where commas and semicolons may also stand inside the brackets and quotes.
#include "ocibuild/http/link.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_size = 16 << 10;  // bytes; one link has a few hundred

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\""), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\"") + 1);
}

/// Takes the text up to the next `;` or `,` outside quotes off `rest`.
std::string_view parameter(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || (rest[end] != ';' && rest[end] != ',')); ++end) {
    if (rest[end] == '"') quoted = !quoted;
  }
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end);
  return text;
}

/// A relation is a list of names (RFC 8288 3.3).
bool says_next(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || to_lower(trimmed(text.substr(0, equals))) != "rel") return false;
  const std::string names = " " + to_lower(trimmed(text.substr(equals + 1))) + " ";
  return names.find(" next ") != std::string::npos;
}

}  // namespace

std::optional<std::string> next_link(std::string_view value) {
  std::string_view rest = value.substr(0, max_size);
  while (!rest.empty()) {
    rest.remove_prefix(std::min(rest.find('<'), rest.size()));
    const std::size_t end = rest.find('>');
    if (end == std::string_view::npos) return {};
    const std::string_view target = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    bool next = false;
    while (!rest.empty()) {
      next = says_next(parameter(rest)) || next;
      if (rest.empty() || rest.front() == ',') break;
      rest.remove_prefix(1);
    }
    if (next && !target.empty()) return std::string{target};
  }
  return {};
}

std::optional<std::string> next_link(const Headers& headers) {
  for (const std::string& value : headers.all("Link")) {
    if (auto link = next_link(value)) return link;
  }
  return {};
}

}  // namespace ocibuild
