// Laying out help: two columns where there is room, wrapped at words.
#include "help.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "option_tree.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t widest = 100;       // longer lines are hard to read
constexpr std::size_t widest_label = 30;  // a longer label gets a line of its own

/// `text` cut at spaces into lines of at most `columns`.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines{""};
  for (const std::string& word : CLI::detail::split(text, ' ')) {
    const bool fits = columns_of(lines.back()) + 1 + columns_of(word) <= columns;
    if (lines.back().empty()) {
      lines.back() = word;
    } else if (fits) {
      lines.back().append(" ").append(word);
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

struct Row {
  std::string label;
  std::string description;
};

std::string table(const std::string& heading, const std::vector<Row>& rows, std::size_t columns) {
  if (rows.empty()) return {};
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, std::min(columns_of(row.label), widest_label));
  width = std::min(width, columns / 2);
  const std::size_t indent = width + 4;
  std::string out = fmt::format("\n{}:\n", heading);
  for (const Row& row : rows) {
    out.append("  ").append(row.label);
    bool beside = columns_of(row.label) <= width;
    for (const std::string& line : wrapped(row.description, std::max<std::size_t>(columns - indent, 20))) {
      if (!beside) out += '\n';
      out.append(beside ? indent - 2 - columns_of(row.label) : indent, ' ').append(line);
      beside = false;
    }
    out += "\n";
  }
  return out;
}

std::string label_of(const OptionShape& option) {
  std::string label = option.short_name.empty() ? "    " : option.short_name;
  if (!option.short_name.empty() && !option.long_name.empty()) label += ", ";
  label += option.long_name;
  return option.value.empty() ? label : fmt::format("{} {}", label, option.value);
}

std::vector<Row> command_rows(const std::vector<CommandShape>& commands) {
  std::vector<Row> rows;
  for (const CommandShape& command : commands) rows.push_back({command.name, command.description});
  return rows;
}

std::vector<Row> option_rows(const std::vector<OptionShape>& options) {
  std::vector<Row> rows;
  for (const OptionShape& option : options) rows.push_back({label_of(option), option.description});
  return rows;
}

/// Several words are all that may stand there, as `[COMPONENT...] FILE...`.
std::string name_of(const OptionShape& positional) {
  if (positional.value.find(' ') != std::string::npos) return positional.value;
  return positional.long_name + (positional.repeatable ? "..." : "");
}

std::vector<Row> positional_rows(const std::vector<OptionShape>& positionals) {
  std::vector<Row> rows;
  for (const OptionShape& positional : positionals) {
    rows.push_back({positional.choices.empty() ? name_of(positional) : positional.value, positional.description});
  }
  return rows;
}

std::string paragraph(const std::string& text, std::size_t columns) {
  std::string out;
  for (const std::string& line : wrapped(text, columns)) out += line + "\n";
  return out;
}

/// Paragraphs stand between empty lines; other line breaks are those of the source code.
std::string paragraphs(std::string_view text, std::size_t columns) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    std::string one{text.substr(0, end)};
    std::ranges::replace(one, '\n', ' ');
    out += "\n" + paragraph(one, columns);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

}  // namespace

std::string usage_line(const CLI::App& command) {
  const CommandShape shape = shape_of(command);
  std::string line = fmt::format("{} [OPTIONS]", command_path(command));
  if (!shape.commands.empty()) return line + " COMMAND";
  for (const OptionShape& option : shape.options) {
    const std::string& name = option.short_name.empty() ? option.long_name : option.short_name;
    if (option.required) line += fmt::format(" {} {}", name, option.value);
  }
  for (const OptionShape& positional : shape.positionals) {
    line += fmt::format(fmt::runtime(positional.required ? " {}" : " [{}]"), name_of(positional));
  }
  return line;
}

std::string help_text(const CLI::App& command, const CLI::App& root, std::size_t columns) {
  columns = std::clamp<std::size_t>(columns, 40, widest);
  const CommandShape shape = shape_of(command);
  std::string text = paragraph(shape.description, columns);
  text += fmt::format("\n{}", paragraph(fmt::format("Usage: {}", usage_line(command)), columns));
  text += table("Commands", command_rows(shape.commands), columns);
  text += table("Arguments", positional_rows(shape.positionals), columns);
  text += table("Options", option_rows(shape.options), columns);
  if (&command == &root) return text;
  text += table("Options of every command", option_rows(global_options(root)), columns);
  return text + paragraphs(command.get_footer(), columns);
}

}  // namespace ocibuild
