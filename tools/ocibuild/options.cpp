// Options of the few kinds that the commands need.
#include "options.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ocibuild/base/number.hpp"
#include "text.hpp"

namespace ocibuild {

Error unknown_choice(const std::string& option, const std::string& value, const std::vector<std::string>& choices) {
  Error error{Errc::invalid_argument,
              fmt::format("{}: '{}' is not one of {}", option, value, fmt::join(choices, ", "))};
  const auto nearest = nearest_word(value, choices);
  if (nearest) error.add_help(fmt::format("did you mean '{}'?", *nearest));
  return error;
}

CLI::Option* add_text(CLI::App& command, const std::string& names, std::string& target, const std::string& value,
                      const std::string& description) {
  return command.add_option(names, target, description)->type_name(value);
}

CLI::Option* add_text(CLI::App& command, const std::string& names, std::optional<std::string>& target,
                      const std::string& value, const std::string& description) {
  const auto assign = [&target](const std::string& text) { target = text; };
  return command.add_option_function<std::string>(names, assign, description)->type_name(value);
}

CLI::Option* add_list(CLI::App& command, const std::string& names, std::vector<std::string>& target,
                      const std::string& value, const std::string& description) {
  // An option takes one word each time, so that what follows it is not swallowed; arguments take all there are.
  const bool is_argument = !names.starts_with('-');
  return command.add_option(names, target, description)->type_name(value)->allow_extra_args(is_argument);
}

CLI::Option* add_jobs(CLI::App& command, std::optional<unsigned>& jobs, const std::string& description) {
  const auto assign = [&jobs](const std::string& text) {
    jobs = whole_number<unsigned>(text);
    if (jobs && *jobs >= 1 && *jobs <= 1024) return;
    throw Error{Errc::invalid_argument, fmt::format("--jobs: '{}' is not a number from 1 to 1024", text)};
  };
  return command.add_option_function<std::string>("-j,--jobs", assign, description)->type_name("N");
}

unsigned resolve_jobs(const std::optional<unsigned>& jobs) {
  return jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

void add_json_flag(CLI::App& command, bool& json, const std::string& what) {
  command.add_flag("--json", json, fmt::format("print {} as one JSON object", what));
}

}  // namespace ocibuild
