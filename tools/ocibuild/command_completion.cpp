// ocibuild completion
#include <memory>

#include "commands.hpp"
#include "completion.hpp"
#include "options.hpp"

namespace ocibuild {

ValueKind value_kind(const OptionShape& option) {
  if (option.value.empty()) return ValueKind::none;
  if (!option.choices.empty()) return ValueKind::choice;
  if (option.value == "FILE") return ValueKind::file;
  if (option.value == "DIR") return ValueKind::directory;
  return option.value == "PLACE" ? ValueKind::place : ValueKind::other;
}

void add_completion_command(CommandLine& line) {
  using Script = std::string (*)(const CLI::App&);
  const auto script = std::make_shared<Script>(nullptr);
  CLI::App& command = line.add_command("completion", "Prints the script that makes a shell complete this program",
                                       [script](Session& session) {
                                         session.console.raw_result((*script)(session.root));
                                         return ExitCode::ok;
                                       });
  add_choice<Script>(command, "SHELL", *script,
                     {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}}, "the shell")
      ->required();
  command.footer(
      "bash: ocibuild completion bash > ~/.local/share/bash-completion/completions/ocibuild\n\n"
      "zsh:  ocibuild completion zsh > DIR/_ocibuild, where DIR is in $fpath\n\n"
      "fish: ocibuild completion fish > ~/.config/fish/completions/ocibuild.fish");
}

}  // namespace ocibuild
