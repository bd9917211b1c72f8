// Shell completions, made from the option tree so that they never go stale.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "option_tree.hpp"

namespace ocibuild {

/// The script that teaches a shell to complete `ocibuild`.
std::string bash_completion(const CLI::App& root);
std::string zsh_completion(const CLI::App& root);
std::string fish_completion(const CLI::App& root);

/// What the value of an option or argument can be completed with.
enum class ValueKind {
  none,    ///< it is a flag
  choice,  ///< one of OptionShape::choices
  file,
  directory,
  place,  ///< `oci:DIR` and its like: see place_prefixes
  other,  ///< nothing we know
};
ValueKind value_kind(const OptionShape& option);

/// The words a place begins with, separated by spaces.
inline constexpr const char* place_prefixes = "oci: oci-archive: docker-archive:";

}  // namespace ocibuild
