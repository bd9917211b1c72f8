// Pieces that the JSON documents of the specification share.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/descriptor.hpp"
#include "spec/json_object.hpp"
#include "spec/json_writer.hpp"

namespace ocibuild {

/// Reads a descriptor at `path`. Throws Error{invalid_document}, and {unsupported} for embedded data under a digest
/// that cannot be computed.
Descriptor read_descriptor(const JsonValue& value, const std::string& path);

void write_descriptor(JsonWriter& writer, const Descriptor& descriptor);

/// Reads the platform members of an index entry or of an image configuration, unknown fields not included.
Platform read_platform(JsonObject& object);

/// Writes them, unknown fields not included.
void write_platform(JsonWriter& writer, const Platform& platform);

/// Makes sure that everybody can read what was written: `text` parsed and written again must be `text`. So the strict
/// parser is the one place that knows what a document may hold. Throws Error{invalid_argument}.
template <class Parse, class Write>
std::string require_canonical(std::string text, std::string_view what, Parse&& parse, Write&& write) {
  std::string again;
  try {
    again = write(parse(text));
  } catch (const Error& error) {
    throw Error{Errc::invalid_argument, fmt::format("cannot write it: {}", error.what())};
  }
  if (again == text) return text;
  throw Error{Errc::invalid_argument,
              fmt::format("cannot write it: an unknown field of the {} has the name of a known one", what)};
}

}  // namespace ocibuild
