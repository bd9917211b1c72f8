// CLI11's complaints, said in the style of every other message.
#include "usage_error.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "help.hpp"
#include "option_tree.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

std::vector<std::string> option_names(const CLI::App& command, const CLI::App& root) {
  std::vector<std::string> names;
  for (const CLI::App* app : {&command, &root}) {
    for (const OptionShape& option : shape_of(*app).options) names.push_back(option.long_name);
  }
  return names;
}

bool is_group(const CLI::App& command) {
  return !command.get_subcommands({}).empty();
}

std::vector<std::string> command_names(const CLI::App& group) {
  std::vector<std::string> names;
  for (const CLI::App* command : group.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

void suggest(Error& error, const std::optional<std::string>& nearest) {
  if (nearest) error.add_help(fmt::format("did you mean '{}'?", *nearest));
}

Error unexpected_argument(const std::string& argument, const CLI::App& root) {
  const CLI::App& command = chosen_command(root);
  const bool is_option = argument.starts_with('-') && argument.size() > 1;
  const std::string name = argument.substr(0, argument.find('='));
  if (is_group(command) && !is_option) {
    const std::string prefix = &command == &root ? "" : command.get_name() + " ";
    Error error{Errc::invalid_argument, fmt::format("there is no command '{}{}'", prefix, argument)};
    const std::optional<std::string> nearest = nearest_word(argument, command_names(command));
    if (nearest) suggest(error, prefix + *nearest);
    return error;
  }
  Error error{Errc::invalid_argument, fmt::format("unexpected {} '{}'", is_option ? "option" : "argument", name)};
  if (is_option) suggest(error, nearest_word(name, option_names(command, root)));
  return error;
}

/// The first argument that nothing took, of the command or of those above it, where the rest ends up. Of several it is
/// what should have been the command, or else an option: a mistyped option leaves its value behind too.
std::optional<std::string> first_leftover(const CLI::App& root) {
  const CLI::App& command = chosen_command(root);
  std::vector<std::string> left;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    const std::vector<std::string> of_app = app->remaining();
    left.insert(left.end(), of_app.begin(), of_app.end());
  }
  std::erase(left, "--");
  if (left.empty()) return std::nullopt;
  const bool want_option = !is_group(command);
  const auto best = std::find_if(left.begin(), left.end(),
                                 [&](const std::string& word) { return word.starts_with('-') == want_option; });
  return best == left.end() ? left.front() : *best;
}

/// The option a message like `--output: 1 required FILE missing` is about.
std::string subject_of(std::string_view message) {
  return std::string{message.substr(0, message.find(':'))};
}

Error translated(const CLI::ParseError& failure) {
  const std::string message = failure.what();
  const std::string name = failure.get_name();
  if (name == "ArgumentMismatch" && message.find("missing") != std::string::npos) {
    return Error{Errc::invalid_argument, fmt::format("{} needs a value", subject_of(message))};
  }
  if (name == "ArgumentMismatch" && message.find("At Most") != std::string::npos) {
    return Error{Errc::invalid_argument, fmt::format("{} was given more than once", subject_of(message))};
  }
  return Error{Errc::invalid_argument, message};
}

}  // namespace

Error usage_error(const CLI::ParseError& failure, const CLI::App& root) {
  const CLI::App& command = chosen_command(root);
  const std::optional<std::string> leftover = first_leftover(root);
  Error error = leftover ? unexpected_argument(*leftover, root) : translated(failure);
  if (error.help().empty()) error.add_help(fmt::format("usage: {}", usage_line(command)));
  return error;
}

}  // namespace ocibuild
