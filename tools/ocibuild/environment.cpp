// Reading the environment of the process.
#include "environment.hpp"

#include <charconv>
#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

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

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

bool is_set(const Environment& environment, const std::string& name) {
  return !value_of(environment, name).empty();
}

std::int64_t source_date_epoch(const Environment& environment) {
  const std::string text = value_of(environment, "SOURCE_DATE_EPOCH");
  if (text.empty()) return 0;
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc{} || end != text.data() + text.size() || seconds < 0) {
    throw Error{Errc::invalid_argument, fmt::format("SOURCE_DATE_EPOCH: '{}' is not a number of seconds", text)};
  }
  return seconds;
}

}  // namespace ocibuild
