// What `ocibuild pin` says.
#pragma once

#include <string>
#include <vector>

#include "console.hpp"
#include "ocibuild/deploy/pinning.hpp"
#include "pin_files.hpp"

namespace ocibuild {

/// What was done with the files, and with their sites.
struct PinReport {
  std::vector<PinnedFile> files;
  std::vector<PinnedSite> sites;
};

/// One object with every file and its sites.
std::string pin_json(const PinReport& report);

/// The references that stand in the files now, each on a line and once.
std::string pinned_references(const PinReport& report);

/// The unified diffs of all files that change.
std::string pin_diffs(const PinReport& report);

/// Says for each file how many references changed. `done` is what happened to them: `pinned`.
void show_pinned(const PinReport& report, std::string_view done, Console& console);

}  // namespace ocibuild
