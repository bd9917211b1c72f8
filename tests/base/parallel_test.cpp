#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>

#include "ocibuild/base/parallel.hpp"

namespace ocibuild {

TEST_CASE("results come in the order of their tasks for any number of workers") {
  for (const unsigned workers : {0U, 1U, 4U}) {
    WorkerPool pool{workers};
    OrderedResults<int> results{pool, 8};
    int expected = 0;
    for (int i = 0; i < 100; ++i) {
      if (results.full()) CHECK(results.next() == expected++);
      results.add([i] { return i; });
    }
    while (!results.empty()) CHECK(results.next() == expected++);
    CHECK(expected == 100);
  }
}

TEST_CASE("what a task throws comes out of its next") {
  WorkerPool pool{2};
  OrderedResults<int> results{pool, 4};
  results.add([] { return 1; });
  results.add([]() -> int { throw std::runtime_error{"two"}; });
  CHECK(results.next() == 1);
  CHECK_THROWS_WITH(results.next(), "two");
}

TEST_CASE("for_each_index calls every index once") {
  std::vector<std::atomic<int>> calls(1000);
  for_each_index(calls.size(), 4, [&](std::size_t i) { ++calls[i]; });
  for (const auto& count : calls) CHECK(count == 1);
  for_each_index(0, 4, [](std::size_t) { FAIL("called for nothing"); });
}

TEST_CASE("for_each_index throws the failure and starts nothing after it") {
  int calls = 0;
  const auto fail_at_three = [&](std::size_t i) {
    ++calls;
    if (i == 3) throw std::runtime_error{"three"};
  };
  CHECK_THROWS_WITH(for_each_index(100, 1, fail_at_three), "three");
  CHECK(calls == 4);
}

}  // namespace ocibuild
