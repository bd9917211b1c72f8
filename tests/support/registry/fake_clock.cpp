// The clock of tests.
#include "support/registry/fake_clock.hpp"

#include <mutex>

namespace ocibuild::testing {
namespace {

constexpr std::chrono::seconds start{1'700'000'000};  // 2023-11-14T22:13:20Z

}  // namespace

struct FakeClock::State {
  std::mutex mutex;
  std::chrono::milliseconds now{1000};
  double random = 0.5;
  std::vector<std::chrono::milliseconds> waits;
};

FakeClock::FakeClock() : state_{std::make_shared<State>()} {}

Clock FakeClock::clock() const {
  return {.now = now(),
          .unix_time = [elapsed = now()] { return start + std::chrono::floor<std::chrono::seconds>(elapsed()); },
          .sleep =
              [state = state_](std::chrono::milliseconds wait) {
                const std::lock_guard lock{state->mutex};
                state->waits.push_back(wait);
                state->now += wait;
              },
          .random =
              [state = state_] {
                const std::lock_guard lock{state->mutex};
                return state->random;
              }};
}

std::function<std::chrono::milliseconds()> FakeClock::now() const {
  return [state = state_] {
    const std::lock_guard lock{state->mutex};
    return state->now;
  };
}

void FakeClock::advance(std::chrono::milliseconds by) {
  const std::lock_guard lock{state_->mutex};
  state_->now += by;
}

void FakeClock::set_random(double value) {
  const std::lock_guard lock{state_->mutex};
  state_->random = value;
}

std::vector<std::chrono::milliseconds> FakeClock::waits() const {
  const std::lock_guard lock{state_->mutex};
  return state_->waits;
}

}  // namespace ocibuild::testing
