// ocibuild digests
#include "commands.hpp"

namespace ocibuild {

void add_digests_commands(CommandLine& line) {
  CLI::App& digests = line.add_group("digests", "Joins and fetches digests files, which say what a build made");
  add_digests_fetch_command(line, digests);
  add_digests_merge_command(line, digests);
}

}  // namespace ocibuild
