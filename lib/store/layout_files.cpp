// The check of an oci-layout file.
#include "store/layout_files.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/json.hpp"
#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {

void require_layout_marker(std::string_view content) {
  const JsonValue value = parse_json(content, max_marker_size);
  const std::string version = JsonObject{value, ""}.string("imageLayoutVersion");
  if (version == "1.0.0") return;
  throw Error{Errc::invalid_document, fmt::format("imageLayoutVersion is {}, expected \"1.0.0\"", quote(version))};
}

}  // namespace ocibuild
