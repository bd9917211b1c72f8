// Names and tags with placeholders.
#pragma once

#include <string>
#include <string_view>

#include "ocibuild/build/settings.hpp"

namespace ocibuild {

/// Replaces each `{placeholder}` by its value; `{{` and `}}` are braces. Throws Error{invalid_document} for a
/// placeholder without value (naming the known ones) and for a brace that stands alone.
std::string fill_template(std::string_view text, const StringMap& values);

}  // namespace ocibuild
