// How progress reads, with a clock that the test sets.
#include "progress.hpp"

#include <doctest/doctest.h>

#include "steps.hpp"
#include "text.hpp"

using namespace ocibuild;
using std::chrono::milliseconds;

namespace {

RunningSteps two_steps() {
  RunningSteps steps;
  steps.update({.subject = "engine linux/amd64", .activity = "compiling"}, milliseconds{0});
  steps.update({.subject = "ui linux/arm64", .activity = "copying", .done = 3'000'000, .total = 12'000'000},
               milliseconds{1000});
  return steps;
}

}  // namespace

TEST_CASE("a row says what is done to what, for how long, or how much and how fast") {
  const auto rows = two_steps().rows(milliseconds{3000}, {.present = true});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == "  engine linux/amd64  compiling, 3.0 s");
  CHECK(rows[1] == "  ui linux/arm64      copying 3.0 MB of 12.0 MB, 1.5 MB/s");
}

TEST_CASE("no row is as wide as the terminal, however narrow it is") {
  for (std::size_t columns = 1; columns < 100; ++columns) {
    for (const std::string& row : two_steps().rows(milliseconds{3000}, {.present = true, .columns = columns})) {
      CHECK(columns_of(row) < columns);
    }
  }
}

TEST_CASE("rows that do not fit into half of the terminal are counted") {
  RunningSteps steps;
  for (int i = 0; i < 9; ++i) steps.update({.subject = std::to_string(i), .activity = "compiling"}, {});
  const auto rows = steps.rows({}, {.present = true, .columns = 80, .rows = 8});
  REQUIRE(rows.size() == 5);
  CHECK(rows.back() == "  and 5 more");
}

TEST_CASE("the heartbeat names every step and the time of the oldest") {
  CHECK(two_steps().heartbeat(milliseconds{90'000}) ==
        "still compiling engine linux/amd64, copying ui linux/arm64 (1 m 30 s)");
  CHECK(RunningSteps{}.heartbeat({}).empty());
}

TEST_CASE("a new activity of a subject starts its time again, more bytes do not") {
  RunningSteps steps = two_steps();
  CHECK_FALSE(steps.update({.subject = "engine linux/amd64", .activity = "compiling"}, milliseconds{5000}));
  CHECK(steps.steps()[0].since == milliseconds{0});
  CHECK(steps.update({.subject = "engine linux/amd64", .activity = "packing"}, milliseconds{5000}));
  CHECK(steps.steps()[0].since == milliseconds{5000});
}

TEST_CASE("plain progress says what finished and nothing else") {
  std::string text;
  Screen screen{[&](std::string_view part) { text += part; }};
  Console console{screen, {}};
  const auto progress = start_progress(console, {.choice = ProgressChoice::plain});
  progress->update({.subject = "engine", .activity = "compiling"});
  progress->finish("engine", "2 platforms");
  CHECK(text == "engine: 2 platforms\n");
}

TEST_CASE("JSON progress is an object per change and at most ten per second for bytes") {
  std::string text;
  Screen screen{[&](std::string_view part) { text += part; }};
  Console console{screen, {.format = MessageFormat::json}};
  milliseconds now{1000};
  const auto progress = start_progress(console, {.choice = ProgressChoice::json, .clock = [&] { return now; }});
  for (std::uint64_t done = 0; done < 150; ++done) {
    progress->update({.subject = "a", .activity = "copying", .done = done, .total = 150});
    now += milliseconds{1};
  }
  progress->finish("a", "done");
  CHECK(text ==
        R"({"event":"progress","subject":"a","activity":"copying","done":0,"total":150,"elapsedMs":0}
{"event":"progress","subject":"a","activity":"copying","done":100,"total":150,"elapsedMs":100}
{"event":"finished","subject":"a","outcome":"done","elapsedMs":150}
)");
}
