// Reading and writing ranges of statuses.
#include "ocibuild/deploy/expected_statuses.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw Error{
      Errc::invalid_argument,
      fmt::format("{} is no HTTP status from 100 to 599, expected one such as 200, 200-299 or 200,204", quote(text))};
}

int parse_status(std::string_view text) {
  const auto status = whole_number<int>(text);
  if (!status || *status < 100 || *status > 599) refuse(text);
  return *status;
}

}  // namespace

ExpectedStatuses ExpectedStatuses::parse(std::string_view text) {
  ExpectedStatuses statuses;
  statuses.ranges_.clear();
  for (;;) {
    const std::string_view item = text.substr(0, text.find(','));
    const std::size_t dash = item.find('-');
    const int first = parse_status(item.substr(0, dash));
    const int last = dash == std::string_view::npos ? first : parse_status(item.substr(dash + 1));
    if (last < first) refuse(item);
    statuses.ranges_.push_back({.first = first, .last = last});
    if (item.size() == text.size()) return statuses;
    text.remove_prefix(item.size() + 1);
  }
}

bool ExpectedStatuses::contains(int status) const noexcept {
  return std::ranges::any_of(ranges_,
                             [status](const Range& range) { return range.first <= status && status <= range.last; });
}

std::string ExpectedStatuses::string() const {
  std::string text;
  for (const Range& range : ranges_) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first);
    if (range.last != range.first) text += fmt::format("-{}", range.last);
  }
  return text;
}

}  // namespace ocibuild
