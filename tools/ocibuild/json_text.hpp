// JSON that the program prints.
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace ocibuild {

using Json = nlohmann::ordered_json;

/// Version of the objects that `--json` prints. Members may be added under the same number, never changed or removed.
inline constexpr int json_schema_version = 1;

/// JSON that means the same without `##[`, which GitHub Actions takes for a command wherever it stands.
std::string without_workflow_commands_in_json(std::string json);

/// `value` on one line; bytes that are not UTF-8 are replaced. Holds no workflow commands.
std::string json_text(const Json& value);

/// `value` indented for people and ending in a newline; otherwise the same.
std::string json_document(const Json& value);

}  // namespace ocibuild
