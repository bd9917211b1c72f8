// ocibuild index
#include "commands.hpp"

namespace ocibuild {

void add_index_commands(CommandLine& line) {
  CLI::App& index = line.add_group("index", "Makes indexes of images that are in a registry already");
  add_index_merge_command(line, index);
}

}  // namespace ocibuild
