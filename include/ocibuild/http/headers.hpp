// The header fields of a request or an answer.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocibuild {

/// One header field.
struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

/// Headers in the order they were sent. Names are compared without case (RFC 9110, 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> headers) : headers_{headers} {}

  void add(std::string name, std::string value) { headers_.push_back({std::move(name), std::move(value)}); }

  /// The first value of that name, or nothing.
  std::optional<std::string> first(std::string_view name) const;

  /// Every value of that name.
  std::vector<std::string> all(std::string_view name) const;

  auto begin() const noexcept { return headers_.begin(); }
  auto end() const noexcept { return headers_.end(); }

 private:
  std::vector<Header> headers_;
};

}  // namespace ocibuild
