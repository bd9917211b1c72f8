// Environment variables: read here and nowhere below.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace ocibuild {

/// Door to the world: the value of a variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
std::optional<std::string> process_environment(const std::string& name);

/// True when the variable is set to something that is not empty.
bool is_set(const Environment& environment, const std::string& name);

}  // namespace ocibuild
