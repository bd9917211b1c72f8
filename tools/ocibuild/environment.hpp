// Environment variables: read here and nowhere below.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace ocibuild {

/// Variables and their values.
using Environment = std::map<std::string, std::string>;

/// The environment of this process.
Environment process_environment();

/// The value of a variable; empty when it is not set. Nobody here tells the two apart.
std::string value_of(const Environment& environment, const std::string& name);

/// True when the variable is set to something that is not empty.
bool is_set(const Environment& environment, const std::string& name);

/// SOURCE_DATE_EPOCH in seconds, 0 when it is not set. Throws Error{invalid_argument} when it is not a whole number.
/// (https://reproducible-builds.org/specs/source-date-epoch/)
std::int64_t source_date_epoch(const Environment& environment);

}  // namespace ocibuild
