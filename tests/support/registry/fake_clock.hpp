// Time that passes only when somebody sleeps.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "ocibuild/http/clock.hpp"

namespace ocibuild::testing {

/// Makes clocks that all show one time. Safe for use by several threads at once; the clocks may outlive this object.
class FakeClock {
 public:
  FakeClock();

  /// Its sleep returns at once, after it has moved time on and noted the wait. Its random gives 0.5 unless set.
  Clock clock() const;

  /// The time alone, as a MemoryRegistry takes it.
  std::function<std::chrono::milliseconds()> now() const;

  void advance(std::chrono::milliseconds by);

  /// What `random` gives from now on.
  void set_random(double value);

  /// Every wait so far, in order.
  std::vector<std::chrono::milliseconds> waits() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ocibuild::testing
