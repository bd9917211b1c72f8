// The program: sets up the process, reads the command line, runs one command, and catches what went wrong.
#include <cstdio>
#include <filesystem>
#include <new>

#include <unistd.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "github_actions.hpp"
#include "ocibuild/base/error.hpp"
#include "signals.hpp"
#include "streams.hpp"

namespace {

using namespace ocibuild;

/// The arguments without the program's name. Cargo runs `cargo-ocibuild ocibuild ...` for `cargo ocibuild ...`.
struct Invocation {
  std::string program = "ocibuild";
  std::vector<std::string> arguments;

  Invocation(int argc, char** argv) : arguments(argv + (argc > 0 ? 1 : 0), argv + argc) {
    const bool by_cargo = argc > 0 && std::filesystem::path{argv[0]}.filename() == "cargo-ocibuild";
    if (!by_cargo) return;
    program = "cargo ocibuild";
    if (!arguments.empty() && arguments.front() == "ocibuild") arguments.erase(arguments.begin());
  }
};

ConsoleOptions console_options(const GlobalOptions& globals, const Environment& environment) {
  const auto style = [&](int descriptor) {
    return Style{wants_colors(globals.color, environment, terminal(descriptor, environment).present)};
  };
  return {.style = style(STDERR_FILENO),
          .result_style = style(STDOUT_FILENO),
          .verbosity = globals.verbosity(),
          .format = globals.progress == ProgressChoice::json ? MessageFormat::json : MessageFormat::text,
          .commands = in_github_actions(environment) ? WorkflowCommands::read : WorkflowCommands::nobody_reads};
}

ExitCode run(const Request& request, Console& console, const CommandLine& line, const Environment& environment) {
  require_standard_output();
  if (!request.text.empty()) {
    console.result(request.text);
    return ExitCode::ok;
  }
  const GlobalOptions& globals = line.globals();
  const Terminal screen = terminal(STDERR_FILENO, environment);
  Session session{.console = console,
                  .environment = environment,
                  .globals = globals,
                  .progress = resolve_progress(globals.progress, environment, screen, globals.verbosity()),
                  .root = line.root()};
  try {
    return request.action(session);
  } catch (const std::filesystem::filesystem_error& failure) {
    throw_errno(failure.path1().native(), failure.code().value());
  }
}

}  // namespace

int main(int argc, char** argv) {
  reserve_standard_streams();
  static Screen& screen = *new Screen{write_standard_error};  // outlives main: the signal thread may use it to the end
  exit_on_signals([] { screen.close(std::chrono::milliseconds{100}); });

  const Environment environment = process_environment();
  const Invocation invocation{argc, argv};
  CommandLine line{invocation.program};
  add_commands(line);
  ExitCode code = ExitCode::ok;
  try {
    const Request request = line.parse(invocation.arguments);
    Console console{screen, console_options(line.globals(), environment)};
    code = run(request, console, line, environment);
  } catch (const Error& error) {
    Console{screen, console_options(line.globals(), environment)}.report(error);
    code = exit_code(error.code());
  } catch (const std::bad_alloc&) {
    Console{screen, console_options(line.globals(), environment)}.report(Error{Errc::io, "out of memory"});
    code = ExitCode::io;
  }
  return static_cast<int>(code);
}
