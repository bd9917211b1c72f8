// What the program says: results on standard output, everything else on standard error.
#pragma once

#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "screen.hpp"
#include "style.hpp"
#include "workflow_commands.hpp"

namespace ocibuild {

/// How much is said on standard error.
enum class Verbosity {
  quiet,  ///< errors only
  normal,
  verbose,  ///< -v: what is decided and run
  debug,    ///< -vv: and with what
};

/// How it is said on standard error: lines for people, or one JSON object per line.
enum class MessageFormat { text, json };

struct ConsoleOptions {
  Style style{false};         ///< of standard error
  Style result_style{false};  ///< of standard output
  Verbosity verbosity = Verbosity::normal;
  MessageFormat format = MessageFormat::text;
  WorkflowCommands commands = WorkflowCommands::nobody_reads;
};

/// Everything it is given may come from outside: control characters are shown as escapes, and in GitHub Actions no text
/// becomes a command; errors and warnings are annotations there, too. Safe for several threads.
class Console {
 public:
  Console(Screen& screen, ConsoleOptions options) : screen_{screen}, options_{options} {}

  Screen& screen() noexcept { return screen_; }
  const Style& style() const noexcept { return options_.style; }
  const Style& result_style() const noexcept { return options_.result_style; }
  Verbosity verbosity() const noexcept { return options_.verbosity; }
  MessageFormat format() const noexcept { return options_.format; }

  /// A lasting line on standard error, unless quiet.
  void status(std::string_view line);

  /// `warning: ...`, `note: ...` and `help: ...`, unless quiet.
  void warning(std::string_view text);
  void note(std::string_view text);
  void help(std::string_view text);

  /// A line for those who asked for it with -v or -vv.
  void detail(Verbosity level, std::string_view line);

  /// A line that another program printed; its colours stay when ours are on. Shown even when quiet: with -q the other
  /// program is told to be quiet itself, and what is left are its errors.
  void pass_through(std::string_view line);

  /// `error: ...` followed by the notes and the help.
  void report(const Error& error);

  /// Adds text to standard output. Throws Error{io}. The text is the caller's: it must be printable.
  void result(std::string_view text);

  /// Adds bytes that were asked for verbatim. Throws Error{io}.
  void raw_result(std::string_view bytes);

 private:
  void say(Ink ink, std::string_view level, std::string_view text);
  void line(std::string_view level, std::string_view raw, std::string shown);
  void annotate(std::string_view level, const std::string& text);

  Screen& screen_;
  ConsoleOptions options_;
};

}  // namespace ocibuild
