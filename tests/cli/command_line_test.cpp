// Reading the command line: what is understood, and what is said about what is not.
#include "command_line.hpp"

#include <doctest/doctest.h>

#include "commands.hpp"

using namespace ocibuild;

namespace {

Request parse(std::vector<std::string> arguments) {
  CommandLine line{"ocibuild"};
  add_commands(line);
  return line.parse(std::move(arguments));
}

/// The message and the help for arguments that are wrong.
std::string complaint(std::vector<std::string> arguments) {
  try {
    parse(std::move(arguments));
  } catch (const Error& error) {
    CHECK(error.code() == Errc::invalid_argument);
    return std::string{error.what()} + (error.help().empty() ? "" : " | " + error.help().front());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a mistyped command or option is answered with the nearest one") {
  CHECK(complaint({"versoin"}) == "there is no command 'versoin' | did you mean 'version'?");
  CHECK(complaint({"version", "--jsn"}) == "unexpected option '--jsn' | did you mean '--json'?");
  CHECK(complaint({"version", "--colour=always"}) == "unexpected option '--colour' | did you mean '--color'?");
  CHECK(complaint({"version", "--color", "allways"}) ==
        "--color: 'allways' is not one of auto, always, never | did you mean 'always'?");
}

TEST_CASE("what is missing or too much is named together with the usage") {
  CHECK(complaint({"completion"}) == "SHELL is required | usage: ocibuild completion [OPTIONS] SHELL");
  CHECK(complaint({"version", "extra"}) == "unexpected argument 'extra' | usage: ocibuild version [OPTIONS]");
  CHECK(complaint({"version", "--color"}) == "--color needs a value | usage: ocibuild version [OPTIONS]");
  CHECK(complaint({"--color=never", "version", "--color=never"}) ==
        "--color was given more than once | usage: ocibuild version [OPTIONS]");
  CHECK(complaint({}) == "no command was given | 'ocibuild --help' lists the commands");
}

TEST_CASE("options of every command stand before or after its name") {
  for (const auto& arguments : {std::vector<std::string>{"-vv", "version"}, {"version", "-v", "-v"}}) {
    CommandLine line{"ocibuild"};
    add_commands(line);
    CHECK(line.parse(arguments).action);
    CHECK(line.globals().verbosity() == Verbosity::debug);
  }
}

TEST_CASE("every line of help fits into 100 columns, and every command has help") {
  CommandLine line{"ocibuild"};
  add_commands(line);
  for (const CLI::App* command : line.root().get_subcommands({})) {
    CAPTURE(command->get_name());
    const std::string text = parse({command->get_name(), "--help"}).text;
    CHECK(text.find("Usage: ocibuild " + command->get_name()) != std::string::npos);
    for (const std::string& row : CLI::detail::split(text, '\n')) CHECK(row.size() <= 100);
  }
}
