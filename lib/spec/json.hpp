// JSON as this library takes it: I-JSON (RFC 7493), bounded, and with every number as it was spelled.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

struct JsonMember;

/// A parsed value. Numbers stay text, so that what is not understood can be written again digit by digit.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text;  ///< a string's content; a number's or boolean's literal
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;  ///< in document order, names unique
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

inline constexpr std::size_t max_json_depth = 64;

/// Largest number of values in one document: an index of 4 MiB has fewer, and each takes about 100 bytes of memory.
inline constexpr std::size_t max_json_values = 1 << 19;

/// Parses one JSON text. Throws Error{invalid_document} for more than `size_limit` bytes, anything that is not JSON,
/// text that is not UTF-8, duplicate member names, more than max_json_depth levels or max_json_values values, and
/// numbers outside the range of a double.
JsonValue parse_json(std::string_view document, std::size_t size_limit);

/// The JSON text of a value without white space, members in their order.
std::string to_json(const JsonValue& value);

/// Appends `text` as a JSON string: `"`, `\` and control characters escaped, everything else as it is.
/// Throws Error{invalid_argument} when `text` is not UTF-8.
void append_json_string(std::string& to, std::string_view text);

/// What a value is, for messages: `-1`, `"text"`, `an array`.
std::string describe_value(const JsonValue& value);

}  // namespace ocibuild
