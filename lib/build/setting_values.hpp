// The grammar of single values in settings; each throws Error{invalid_argument} for what it does not take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

Compression parse_compression(std::string_view text);
std::uint32_t parse_mode(std::string_view text);

/// An absolute path without `.` and `..`, as given.
std::string parse_inside_path(std::string_view text);

void expect_variable_name(std::string_view name);

/// The items between commas; empty ones do not count.
std::vector<std::string> split_list(std::string_view text);

/// At least one platform.
std::vector<Platform> parse_platforms(const std::vector<std::string>& texts);

}  // namespace ocibuild
