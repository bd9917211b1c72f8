// How the results of probes are shown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/probe.hpp"

namespace ocibuild {

/// What was asked, what came of it, and what counts as good.
struct ProbeResults {
  std::vector<ProbeTarget> targets;
  std::vector<ProbeReport> reports;  ///< one for each target
  PlaceholderPolicy placeholders = PlaceholderPolicy::refuse;

  bool is_good(std::size_t i) const noexcept { return ocibuild::is_good(reports[i], placeholders); }
};

/// A line for each target under a line of headings, in columns; safe for a terminal. Where one would be wider than
/// `columns`, the URLs stand on lines of their own.
std::string probe_table(const ProbeResults& results, std::size_t columns);

/// The same and more as one JSON object.
std::string probe_json(const ProbeResults& results);

/// The error that names every target which never got healthy, with its last answer; nothing when all is good.
std::optional<Error> probe_failure(const ProbeResults& results);

}  // namespace ocibuild
