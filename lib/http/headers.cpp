// Looking up header fields.
#include "ocibuild/http/headers.hpp"

#include "spec/text.hpp"

namespace ocibuild {
namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && to_lower(a) == to_lower(b);
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
