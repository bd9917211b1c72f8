// Reading the tree.
#include "option_tree.hpp"

#include <fmt/format.h>

namespace ocibuild {
namespace {

std::vector<std::string> split_choices(const std::string& value) {
  return value.find('|') == std::string::npos ? std::vector<std::string>{} : CLI::detail::split(value, '|');
}

OptionShape shape_of(const CLI::Option& option) {
  OptionShape shape;
  if (!option.get_snames().empty()) shape.short_name = fmt::format("-{}", option.get_snames().front());
  if (!option.get_lnames().empty()) shape.long_name = fmt::format("--{}", option.get_lnames().front());
  const bool takes_value = option.get_items_expected_max() > 0;
  if (takes_value) shape.value = option.get_type_name();
  if (!option.nonpositional()) shape.long_name = option.get_name(true);
  shape.choices = split_choices(shape.value);
  shape.description = option.get_description();
  shape.required = option.get_required();
  shape.repeatable = takes_value && option.get_items_expected_max() > 1;
  return shape;
}

}  // namespace

CommandShape shape_of(const CLI::App& command) {
  CommandShape shape{.name = command.get_name(), .description = command.get_description()};
  for (const CLI::Option* option : command.get_options()) {
    (option->nonpositional() ? shape.options : shape.positionals).push_back(shape_of(*option));
  }
  for (const CLI::App* below : command.get_subcommands({})) shape.commands.push_back(shape_of(*below));
  return shape;
}

std::vector<OptionShape> global_options(const CLI::App& root) {
  std::vector<OptionShape> options = shape_of(root).options;
  std::erase_if(options, [](const OptionShape& option) {
    return option.long_name == "--help" || option.long_name == "--version";
  });
  return options;
}

const CLI::App& chosen_command(const CLI::App& root) {
  const auto parsed = root.get_subcommands();
  return parsed.empty() ? root : chosen_command(*parsed.front());
}

std::string command_path(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : fmt::format("{} {}", command_path(*parent), command.get_name());
}

}  // namespace ocibuild
