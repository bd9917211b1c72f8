// Environment variables: read here and nowhere below.
#pragma once

#include <cstdint>
#include <string>

#include "ocibuild/base/string_map.hpp"

namespace ocibuild {

/// Variables and their values. Nobody here tells one that is not set from one that is empty.
using Environment = StringMap;

/// The environment of this process.
Environment process_environment();

/// True when the variable is set to something that is not empty.
bool is_set(const Environment& environment, const std::string& name);

/// SOURCE_DATE_EPOCH in seconds, 0 when it is not set. Throws Error{invalid_argument} when it is not a whole number.
/// (https://reproducible-builds.org/specs/source-date-epoch/)
std::int64_t source_date_epoch(const Environment& environment);

}  // namespace ocibuild
