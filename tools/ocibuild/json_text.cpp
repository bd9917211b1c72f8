// Writing JSON.
#include "json_text.hpp"

namespace ocibuild {

/// `#` stands in strings only, where an escape means the same.
std::string without_workflow_commands_in_json(std::string json) {
  for (std::size_t found = json.find("##["); found != std::string::npos; found = json.find("##[", found)) {
    json.replace(found, 2, "#\\u0023");
  }
  return json;
}

std::string json_text(const Json& value) {
  return without_workflow_commands_in_json(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string json_document(const Json& value) {
  return without_workflow_commands_in_json(value.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace ocibuild
