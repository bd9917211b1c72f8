// The list of commands.
#include "commands.hpp"

namespace ocibuild {

void add_commands(CommandLine& line) {
  add_build_command(line);
  add_plan_command(line);
  add_lock_command(line);
  add_image_command(line);
  add_layer_command(line);
  add_copy_command(line);
  add_inspect_command(line);
  add_verify_command(line);
  add_pin_command(line);
  add_tags_command(line);
  add_digests_commands(line);
  add_index_commands(line);
  add_probe_command(line);
  add_cache_command(line);
  add_completion_command(line);
  add_version_command(line);
}

}  // namespace ocibuild
