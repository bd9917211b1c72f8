// `--add SRC:DST[:MODE]`.
#pragma once

#include <string_view>

#include "ocibuild/build/settings.hpp"

namespace ocibuild {

/// Reads `SRC:DST[:MODE]`: DST is absolute, MODE octal. Throws Error{invalid_argument}.
FileRule parse_added_file(std::string_view text);

/// Reads `NAME=VALUE` of `option`. Throws Error{invalid_argument}.
std::pair<std::string, std::string> parse_assignment(std::string_view option, std::string_view text);

}  // namespace ocibuild
