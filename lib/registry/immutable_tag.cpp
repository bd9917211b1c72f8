// Which tags must never move.
#include <algorithm>

#include "ocibuild/registry/release.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

}  // namespace

bool is_immutable_tag(std::string_view tag) {
  if (tag.starts_with("sha-")) return true;
  if (tag.starts_with('v')) tag.remove_prefix(1);
  const std::size_t first = tag.find('.');
  if (first == std::string_view::npos) return false;
  const std::size_t second = tag.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  const std::size_t end = std::min(tag.find_first_of("-+_", second), tag.size());
  return is_number(tag.substr(0, first)) && is_number(tag.substr(first + 1, second - first - 1)) &&
         is_number(tag.substr(second + 1, end - second - 1));
}

}  // namespace ocibuild
