// What a fuzz target checks beyond not crashing.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace ocibuild::fuzz {

/// Ends the process as a finding when `holds` is false.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

}  // namespace ocibuild::fuzz
