// The text of --help.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

namespace ocibuild {

/// Help for a command of `root`, or for `root` itself: usage, what it does, arguments, options; at most `columns` wide.
std::string help_text(const CLI::App& command, const CLI::App& root, std::size_t columns);

/// `ocibuild layer [OPTIONS] --output FILE DIR`.
std::string usage_line(const CLI::App& command);

}  // namespace ocibuild
