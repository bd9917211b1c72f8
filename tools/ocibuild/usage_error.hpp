// What is wrong with a command line, in our words.
#pragma once

#include <CLI/CLI.hpp>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

/// The error for what CLI11 found, with the nearest command or option as help. `root` is as the failed parse left it.
Error usage_error(const CLI::ParseError& failure, const CLI::App& root);

}  // namespace ocibuild
