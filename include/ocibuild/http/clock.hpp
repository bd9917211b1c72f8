// Time and chance, as values that are passed in: the library reads no clock by itself.
#pragma once

#include <chrono>
#include <functional>

namespace ocibuild {

/// Door to the world: what time it is, waiting, and a number nobody can foresee. Every function is safe for use by
/// several threads at once.
struct Clock {
  std::function<std::chrono::milliseconds()> now;        ///< monotonic, from any start
  std::function<std::chrono::seconds()> unix_time;       ///< since the epoch, for dates in answers
  std::function<void(std::chrono::milliseconds)> sleep;  ///< returns when that time has passed
  std::function<double()> random;                        ///< from 0 up to, but not, 1
};

}  // namespace ocibuild
