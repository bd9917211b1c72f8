// The version that every document of this layer has.
#pragma once

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/json_object.hpp"

namespace ocibuild {

/// Throws Error{invalid_document} without a number as `schemaVersion`, and {unsupported} for another one than 1.
inline void require_schema_version(JsonObject& object) {
  const JsonValue& version = object.require("schemaVersion");
  if (version.kind != JsonValue::Kind::number) throw_unexpected("schemaVersion", version, "1");
  if (version.text == "1") return;
  throw Error{Errc::unsupported,
              fmt::format("schemaVersion: found {}, this ocibuild reads 1", describe_value(version))};
}

}  // namespace ocibuild
