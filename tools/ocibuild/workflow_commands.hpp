// Lines that GitHub Actions takes for commands: writing ours, and defusing everybody else's.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions; how the runner recognises them is in
// actions/runner, ActionCommand.cs: `::` at the start of a line, after white space, and `##[` anywhere.
#pragma once

#include <string>
#include <string_view>

namespace ocibuild {

/// What the reader of our output does with such lines.
enum class WorkflowCommands { nobody_reads, read };

/// `::error title=TITLE::MESSAGE`, both escaped: they stay one line and one command, whatever they hold.
std::string workflow_command(std::string_view level, std::string_view title, std::string_view message);

/// `text`, one line or several, with the first character of everything that would be a command as an escape like
/// `\u{3a}`.
std::string without_workflow_commands(std::string_view text);

}  // namespace ocibuild
