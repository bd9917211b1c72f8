// Reading the command line: what is understood, and what is said about what is not.
#include "command_line.hpp"

#include <doctest/doctest.h>

#include "commands.hpp"
#include "help.hpp"

using namespace ocibuild;

namespace {

Request parse(std::vector<std::string> arguments) {
  CommandLine line{"ocibuild"};
  add_commands(line);
  return line.parse(std::move(arguments));
}

/// A group `parts` with the command `join`.
void add_join(CommandLine& line, std::string& file) {
  CLI::App& group = line.add_group("parts", "Works on parts");
  CLI::App& command = line.add_command(group, "join", "Joins", [](Session&) { return ExitCode::ok; });
  command.add_option("FILE", file);
}

/// The message and the help for arguments that are wrong.
std::string complaint(CommandLine& line, std::vector<std::string> arguments) {
  try {
    line.parse(std::move(arguments));
  } catch (const Error& error) {
    CHECK(error.code() == Errc::invalid_argument);
    return std::string{error.what()} + (error.help().empty() ? "" : " | " + error.help().front());
  }
  return "nothing";
}

std::string complaint(std::vector<std::string> arguments) {
  CommandLine line{"ocibuild"};
  add_commands(line);
  return complaint(line, std::move(arguments));
}

std::string complaint_in_group(std::vector<std::string> arguments) {
  CommandLine line{"ocibuild"};
  std::string file;
  add_join(line, file);
  return complaint(line, std::move(arguments));
}

/// `tags`, `digests`, `digests merge`.
std::vector<std::string> paths_below(const CLI::App& group, const std::string& prefix = "") {
  std::vector<std::string> paths;
  for (const CLI::App* command : group.get_subcommands({})) {
    paths.push_back(prefix + command->get_name());
    for (std::string& path : paths_below(*command, paths.back() + " ")) paths.push_back(std::move(path));
  }
  return paths;
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

TEST_CASE("arguments that repeat may be several") {
  CHECK(parse({"build", "alpha", "beta"}).action);
  CHECK(parse({"lock", "one", "--check", "two", "three"}).action);
}

TEST_CASE("options of every command stand before or after its name") {
  for (const auto& arguments : {std::vector<std::string>{"-vv", "version"}, {"version", "-v", "-v"}}) {
    CommandLine line{"ocibuild"};
    add_commands(line);
    CHECK(line.parse(arguments).action);
    CHECK(line.globals().verbosity() == Verbosity::debug);
  }
}

TEST_CASE("every command has help, and every line of it fits into the terminal") {
  CommandLine line{"ocibuild"};
  add_commands(line);
  for (const std::string& path : paths_below(line.root())) {
    CAPTURE(path);
    const CLI::App* command = &line.root();
    for (const std::string& name : CLI::detail::split(path, ' ')) command = command->get_subcommand(name);
    for (const std::size_t columns : {80U, 100U}) {
      const std::string text = help_text(*command, line.root(), columns);
      CHECK(text.find("Usage: ocibuild " + path) != std::string::npos);
      for (const std::string& row : CLI::detail::split(text, '\n')) CHECK(row.size() <= columns);
    }
  }
}

TEST_CASE("help of an argument that may be several things names all of them") {
  const std::string text = parse({"pin", "--help"}).text;
  CHECK(text.find("Usage: ocibuild pin [OPTIONS] [COMPONENT...] FILE...\n") != std::string::npos);
  CHECK(text.find("  [COMPONENT...] FILE...  the components") != std::string::npos);
}

TEST_CASE("a command of a group is found behind the name of the group") {
  CommandLine line{"ocibuild"};
  std::string file;
  add_join(line, file);
  CHECK(line.parse({"parts", "join", "parts"}).action);  // an argument may be called like a command
  CHECK(file == "parts");
}

TEST_CASE("help of a group lists its commands, and help of a command names its group") {
  CommandLine line{"ocibuild"};
  std::string file;
  add_join(line, file);
  const std::string group = line.parse({"parts", "--help"}).text;
  CHECK(group.find("Usage: ocibuild parts [OPTIONS] COMMAND") != std::string::npos);
  CHECK(group.find("Commands:\n  join  Joins\n") != std::string::npos);
  CHECK(line.parse({"parts", "join", "--help"}).text.find("Usage: ocibuild parts join [OPTIONS] [FILE]") !=
        std::string::npos);
}

TEST_CASE("a mistyped command of a group is answered with the nearest one of the group") {
  CHECK(complaint_in_group({"parts", "jion"}) == "there is no command 'parts jion' | did you mean 'parts join'?");
  CHECK(complaint_in_group({"parts", "zzz"}) ==
        "there is no command 'parts zzz' | usage: ocibuild parts [OPTIONS] COMMAND");
  CHECK(complaint_in_group({"parts"}) == "no command was given | 'ocibuild parts --help' lists the commands");
  CHECK(complaint_in_group({"parts", "join", "--colr"}) == "unexpected option '--colr' | did you mean '--color'?");
  CHECK(complaint_in_group({"join"}) == "there is no command 'join' | usage: ocibuild [OPTIONS] COMMAND");
}
