// The HTTP statuses that count as healthy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// Ranges of statuses; unless told otherwise those that the kubelet takes for healthy, 200 to 399.
class ExpectedStatuses {
 public:
  /// From one status to another, both included.
  struct Range {
    int first = 200;
    int last = 399;
    friend bool operator==(const Range&, const Range&) = default;
  };

  /// Reads `200`, `200-299`, or several of them with commas between. Throws Error{invalid_argument}.
  static ExpectedStatuses parse(std::string_view text);

  bool contains(int status) const noexcept;

  /// What `parse` reads as this value.
  std::string string() const;

  friend bool operator==(const ExpectedStatuses&, const ExpectedStatuses&) = default;

 private:
  std::vector<Range> ranges_{Range{}};
};

}  // namespace ocibuild
