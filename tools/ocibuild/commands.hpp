// The commands. Each function adds one, or a group of them, with options and what it does, to the command line.
#pragma once

#include "command_line.hpp"

namespace ocibuild {

void add_build_command(CommandLine& line);
void add_plan_command(CommandLine& line);
void add_image_command(CommandLine& line);
void add_lock_command(CommandLine& line);
void add_copy_command(CommandLine& line);
void add_inspect_command(CommandLine& line);
void add_verify_command(CommandLine& line);
void add_pin_command(CommandLine& line);
void add_tags_command(CommandLine& line);
void add_layer_command(CommandLine& line);
void add_digests_commands(CommandLine& line);
void add_probe_command(CommandLine& line);
void add_cache_command(CommandLine& line);
void add_version_command(CommandLine& line);
void add_completion_command(CommandLine& line);

/// The commands of the group `digests`.
void add_digests_fetch_command(CommandLine& line, CLI::App& digests);
void add_digests_merge_command(CommandLine& line, CLI::App& digests);

void add_index_commands(CommandLine& line);
void add_index_merge_command(CommandLine& line, CLI::App& index);

/// All of them, in the order of the help text.
void add_commands(CommandLine& line);

}  // namespace ocibuild
