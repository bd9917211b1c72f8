// Reading the command line with CLI11.
#include "command_line.hpp"

#include <algorithm>

#include <unistd.h>

#include <fmt/format.h>

#include "help.hpp"
#include "option_tree.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "usage_error.hpp"
#include "version.hpp"

namespace ocibuild {

Verbosity GlobalOptions::verbosity() const noexcept {
  if (quiet) return Verbosity::quiet;
  if (verbose == 0) return Verbosity::normal;
  return verbose == 1 ? Verbosity::verbose : Verbosity::debug;
}

std::unique_ptr<Progress> Session::start_progress() const {
  return ocibuild::start_progress(
      console, {.choice = progress, .terminal = [this] { return terminal(STDERR_FILENO, environment); }});
}

CommandLine::CommandLine(std::string program)
    : app_{"Builds container images for Rust workspaces, without Docker", std::move(program)} {
  app_.set_help_flag("-h,--help", "print help");
  app_.set_version_flag("-V,--version", std::string{version}, "print the version");
  app_.require_subcommand(0, 1);
  app_.fallthrough();
  app_.add_flag("-q,--quiet", globals_.quiet, "say nothing but results and errors");
  app_.add_flag("-v,--verbose", globals_.verbose, "say what is decided and run; twice (-vv): and with what");
  add_choice<ColorChoice>(
      app_, "--color", globals_.color,
      {{"auto", ColorChoice::automatic}, {"always", ColorChoice::always}, {"never", ColorChoice::never}},
      "use colours; auto: on a terminal, unless NO_COLOR is set");
  add_choice<ProgressChoice>(
      app_, "--progress", globals_.progress,
      {{"auto", ProgressChoice::automatic},
       {"tty", ProgressChoice::tty},
       {"plain", ProgressChoice::plain},
       {"quiet", ProgressChoice::quiet},
       {"json", ProgressChoice::json}},
      "how progress is shown on standard error; tty needs a terminal, json is one event per line");
}

CLI::App& CommandLine::add_command(const std::string& name, const std::string& description, Action action) {
  return add_command(app_, name, description, std::move(action));
}

CLI::App& CommandLine::add_group(const std::string& name, const std::string& description) {
  CLI::App& group = *app_.add_subcommand(name, description);
  group.set_help_flag("-h,--help", "print help");
  group.require_subcommand(0, 1);
  return group;
}

CLI::App& CommandLine::add_command(CLI::App& group, const std::string& name, const std::string& description,
                                   Action action) {
  CLI::App& command = *group.add_subcommand(name, description);
  command.set_help_flag("-h,--help", "print help");
  actions_[&command] = std::move(action);
  return command;
}

Request CommandLine::parse(std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app_.parse(std::move(arguments));
    return chosen();
  } catch (const CLI::CallForHelp&) {
    return {.text = help_text(chosen_command(app_), app_, terminal(STDOUT_FILENO, {}).columns)};
  } catch (const CLI::CallForVersion&) {
    return {.text = fmt::format("ocibuild {}\n", version)};
  } catch (const CLI::ParseError& failure) {
    throw usage_error(failure, app_);
  }
}

Request CommandLine::chosen() const {
  const CLI::App& command = chosen_command(app_);
  const auto action = actions_.find(&command);
  if (action != actions_.end()) return {.action = action->second};
  throw Error{Errc::invalid_argument, "no command was given"}.add_help(
      fmt::format("'{} --help' lists the commands", command_path(command)));
}

}  // namespace ocibuild
