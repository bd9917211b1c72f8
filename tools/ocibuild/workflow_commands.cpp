// Escaping for the runner of GitHub Actions.
#include "workflow_commands.hpp"

#include <fmt/format.h>

namespace ocibuild {
namespace {

constexpr std::string_view white_space = " \t\v\f\r";

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
  const std::size_t start = line.find_first_not_of(white_space);
  if (start != std::string_view::npos && line.substr(start).starts_with("::")) {
    out.append(line.substr(0, start)).append("\\u{3a}");
    line.remove_prefix(start + 1);
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
