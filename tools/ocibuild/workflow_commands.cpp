// Escaping for the runner of GitHub Actions.
#include "workflow_commands.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace ocibuild {
namespace {

// What the runner takes from the start of a line before it looks for a command: ActionCommand.cs of actions/runner
// calls TrimStart, and that all white space of Unicode.
constexpr std::array<std::string_view, 24> white_space{" ",      "\t",     "\v",     "\f",     "\r",     "\u0085",
                                                       "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                                       "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                                                       "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

/// `text` from its first character on that is no white space.
std::string_view trimmed_start(std::string_view text) {
  while (true) {
    const auto space = std::ranges::find_if(white_space, [&](std::string_view one) { return text.starts_with(one); });
    if (space == white_space.end()) return text;
    text.remove_prefix(space->size());
  }
}

/// A message may hold `:` and `,`; a property ends at them.
std::string encoded(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void append_without_brackets(std::string& out, std::string_view text) {
  for (std::size_t found = text.find("##["); found != std::string_view::npos; found = text.find("##[")) {
    out.append(text.substr(0, found)).append("\\u{23}");
    text.remove_prefix(found + 1);
  }
  out += text;
}

void append_defused(std::string& out, std::string_view line) {
  const std::string_view command = trimmed_start(line);
  if (command.starts_with("::")) {
    out.append(line.substr(0, line.size() - command.size())).append("\\u{3a}");
    line = command.substr(1);
  }
  append_without_brackets(out, line);
}

}  // namespace

std::string workflow_command(std::string_view level, std::string_view title, std::string_view message) {
  std::string command = fmt::format("::{} title={}::", level, encoded(title, "%\r\n:,"));
  append_without_brackets(command, encoded(message, "%\r\n"));
  return command;
}

std::string without_workflow_commands(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    append_defused(out, text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace ocibuild
