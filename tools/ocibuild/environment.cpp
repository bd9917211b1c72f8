// Reading the environment of the process.
#include "environment.hpp"

#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"

namespace ocibuild {

Environment process_environment() {
  Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));  // of two with one name getenv sees the first
  }
  return environment;
}

bool is_set(const Environment& environment, const std::string& name) {
  return !value_of(environment, name).empty();
}

std::int64_t source_date_epoch(const Environment& environment) {
  const std::string text = value_of(environment, "SOURCE_DATE_EPOCH");
  if (text.empty()) return 0;
  const auto seconds = whole_number<std::int64_t>(text);
  if (seconds && *seconds >= 0) return *seconds;
  throw Error{Errc::invalid_argument, fmt::format("SOURCE_DATE_EPOCH: '{}' is not a number of seconds", text)};
}

}  // namespace ocibuild
