// The list of commands.
#include "commands.hpp"

namespace ocibuild {

void add_commands(CommandLine& line) {
  add_completion_command(line);
  add_version_command(line);
}

}  // namespace ocibuild
