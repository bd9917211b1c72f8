// Reading the environment of the process.
#include "environment.hpp"

#include <cstdlib>

namespace ocibuild {

std::optional<std::string> process_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

bool is_set(const Environment& environment, const std::string& name) {
  const std::optional<std::string> value = environment(name);
  return value && !value->empty();
}

}  // namespace ocibuild
