// Messages in the style of rustc.
#include "console.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "json_text.hpp"
#include "streams.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

/// `text` with the lines after the first one indented under it.
std::string hanging(std::string_view text, std::size_t indent) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += terminal_text(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
    out.append("\n").append(indent, ' ');
  }
}

}  // namespace

void Console::line(std::string_view level, std::string_view raw, std::string shown) {
  if (options_.format == MessageFormat::json) {
    shown = json_text({{"event", "message"}, {"level", level}, {"text", raw}});
  }
  if (options_.commands == WorkflowCommands::read) shown = without_workflow_commands(shown);
  screen_.print(shown + "\n");
}

void Console::annotate(std::string_view level, const std::string& text) {
  if (options_.commands == WorkflowCommands::nobody_reads || options_.format == MessageFormat::json) return;
  screen_.print(workflow_command(level, "ocibuild", text) + "\n");
}

void Console::say(Ink ink, std::string_view level, std::string_view text) {
  const std::string label = options_.style.paint(ink, level);
  line(level, text, fmt::format("{}: {}", label, hanging(text, level.size() + 2)));
}

void Console::status(std::string_view text) {
  if (options_.verbosity > Verbosity::quiet) line("status", text, terminal_text(text));
}

void Console::warning(std::string_view text) {
  if (options_.verbosity == Verbosity::quiet) return;
  say(Ink::warning, "warning", text);
  annotate("warning", terminal_lines(text));
}

void Console::note(std::string_view text) {
  if (options_.verbosity > Verbosity::quiet) say(Ink::note, "note", text);
}

void Console::help(std::string_view text) {
  if (options_.verbosity > Verbosity::quiet) say(Ink::help, "help", text);
}

void Console::detail(Verbosity level, std::string_view text) {
  if (options_.verbosity >= level) line("detail", text, options_.style.paint(Ink::faint, terminal_text(text)));
}

void Console::pass_through(std::string_view text) {
  const bool colors = options_.style.colors();
  line("output", text, terminal_line(text, colors ? Colors::keep : Colors::drop) + (colors ? "\x1b[0m" : ""));
}

void Console::report(const Error& error) {
  say(Ink::error, "error", error.what());
  std::string whole = terminal_lines(error.what());
  for (const std::string& note : error.notes()) {
    say(Ink::note, "note", note);
    whole += "\nnote: " + terminal_lines(note);
  }
  for (const std::string& help : error.help()) {
    say(Ink::help, "help", help);
    whole += "\nhelp: " + terminal_lines(help);
  }
  annotate("error", whole);
}

void Console::result(std::string_view text) {
  const bool is_read = options_.commands == WorkflowCommands::read;
  raw_result(is_read ? without_workflow_commands(text) : text);
}

void Console::raw_result(std::string_view bytes) {
  write_all(STDOUT_FILENO, bytes, "standard output");
}

}  // namespace ocibuild
