// The property that holds for every kind of document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "property.hpp"

namespace ocibuild::fuzz {

/// Parses; a refusal must be one of the documented kinds.
template <class Parse>
auto parse_or_refuse(std::string_view text, Parse parse) -> std::optional<decltype(parse(text))> {
  try {
    return parse(text);
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document || error.code() == Errc::unsupported,
            "a bad document is invalid or unsupported");
    return std::nullopt;
  }
}

/// What was read and written again reads back equal, and writing it once more changes nothing.
template <class Document, class Parse, class Write>
void require_round_trip(const Document& document, Parse parse, Write write) {
  const std::string canonical = write(document);
  const Document again = parse(canonical);
  require(again == document, "a document reads back equal");
  require(write(again) == canonical, "canonical bytes are stable");
}

}  // namespace ocibuild::fuzz
