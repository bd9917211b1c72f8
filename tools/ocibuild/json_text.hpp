// JSON that the program prints.
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace ocibuild {

using Json = nlohmann::ordered_json;

/// Version of the objects that `--json` prints. Members may be added under the same number, never changed or removed.
inline constexpr int json_schema_version = 1;

/// `value` on one line; bytes that are not UTF-8 are replaced.
inline std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// `value` indented for people and ending in a newline.
inline std::string json_document(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ocibuild
