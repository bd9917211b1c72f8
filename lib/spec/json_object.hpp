// Reading the members of a JSON object into values, with errors that name the member.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/platform.hpp"
#include "spec/json.hpp"

namespace ocibuild {

/// A view of an object that remembers which members were asked for; the others are its unknown fields.
///
/// A member that is `null` counts as absent. Members that are asked for by a function whose name starts with
/// `optional_` may be absent and then give an empty result. Everything throws Error{invalid_document} that starts with
/// the path, as in `layers[2].size: found -1, expected ...`. The names and the value must outlive this object.
class JsonObject {
 public:
  /// Throws unless `value` is an object. `path` is where it is; empty for the document itself.
  JsonObject(const JsonValue& value, std::string path);

  /// The path of a member: `layers` or `config.Labels`.
  std::string path(std::string_view name) const;

  /// True when there is such a member, even `null`. Does not make it known.
  bool has(std::string_view name) const noexcept;

  /// The member, or null when it is absent. It is known from now on.
  const JsonValue* find(std::string_view name);
  const JsonValue& require(std::string_view name);

  std::string string(std::string_view name);
  std::string optional_string(std::string_view name);

  /// A date and time by RFC 3339.
  std::string optional_timestamp(std::string_view name);

  /// A media type by RFC 6838.
  std::string media_type(std::string_view name);
  std::string optional_media_type(std::string_view name);

  /// A whole number from 0 to 2^63-1.
  std::uint64_t size(std::string_view name);
  bool optional_boolean(std::string_view name);
  Digest digest(std::string_view name);

  /// The elements of an array: `each` gets every one with its path.
  using Each = std::function<void(const JsonValue& item, const std::string& path)>;
  void array(std::string_view name, const Each& each);
  std::vector<std::string> optional_strings(std::string_view name);

  /// An object whose values are strings.
  std::map<std::string, std::string> optional_map(std::string_view name);

  /// An object that stands for a set: every value is `{}` or `null`.
  std::set<std::string> optional_set(std::string_view name);

  /// The members that nobody asked for, as JSON texts.
  UnknownFields unknown() const;

 private:
  const JsonValue& value_;
  std::string path_;
  std::vector<std::string_view> known_;
};

/// Throws Error{invalid_document}: `path: found X, expected EXPECTED`.
[[noreturn]] void throw_unexpected(std::string_view path, const JsonValue& found, std::string_view expected);

/// The content of a string. Throws Error{invalid_document}.
const std::string& require_string(const JsonValue& value, std::string_view path);

/// A digest. Throws Error{invalid_document}.
Digest require_digest(const JsonValue& value, std::string_view path);

}  // namespace ocibuild
