// Writing canonical JSON: members in the order of the calls, no white space, maps sorted by key.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// Appends to one JSON text. Text that is not UTF-8 throws Error{invalid_argument}.
class JsonWriter {
 public:
  /// An object; `body` writes its members.
  template <class Body>
  void object(Body&& body) {
    open('{');
    body();
    close('}');
  }

  /// An array; `each` writes one value for each of `items`.
  template <class Items, class Each>
  void array(const Items& items, Each&& each) {
    open('[');
    for (const auto& item : items) {
      separate();
      each(item);
    }
    close(']');
  }

  /// Starts a member; its value is written next.
  void name(std::string_view name);

  void string(std::string_view text);
  void number(std::uint64_t value);
  void boolean(bool value);

  /// Members that are left out when their value is empty.
  void optional_string(std::string_view name, std::string_view text);
  void optional_strings(std::string_view name, const std::vector<std::string>& texts);
  void optional_map(std::string_view name, const std::map<std::string, std::string>& map);

  /// The keys of an object with empty objects as values.
  void optional_set(std::string_view name, const std::set<std::string>& set);

  /// Unknown fields as members, their white space taken out. Throws Error{invalid_argument} when one is not JSON.
  void unknown_fields(const UnknownFields& fields);

  std::string take() noexcept { return std::move(text_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace ocibuild
