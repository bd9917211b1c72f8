// Whether there are colours, and which display shows progress.
#include "style.hpp"

#include <doctest/doctest.h>

#include "progress.hpp"

using namespace ocibuild;

namespace {

bool colors(ColorChoice choice, const Environment& variables, bool is_terminal) {
  return wants_colors(choice, variables, is_terminal);
}

ProgressChoice display(ProgressChoice choice, const Environment& variables, bool is_terminal) {
  return resolve_progress(choice, variables, {.present = is_terminal}, Verbosity::normal);
}

}  // namespace

TEST_CASE("there are colours on a terminal and nowhere else") {
  CHECK(colors(ColorChoice::automatic, {}, true));
  CHECK_FALSE(colors(ColorChoice::automatic, {}, false));
}

TEST_CASE("NO_COLOR counts when it is not empty, and before CLICOLOR_FORCE") {
  CHECK_FALSE(colors(ColorChoice::automatic, {{"NO_COLOR", "1"}}, true));
  CHECK(colors(ColorChoice::automatic, {{"NO_COLOR", ""}}, true));
  CHECK(colors(ColorChoice::automatic, {{"CLICOLOR_FORCE", "1"}}, false));
  CHECK_FALSE(colors(ColorChoice::automatic, {{"CLICOLOR_FORCE", "0"}}, false));
  CHECK_FALSE(colors(ColorChoice::automatic, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, false));
}

TEST_CASE("--color wins over the environment") {
  CHECK(colors(ColorChoice::always, {{"NO_COLOR", "1"}}, false));
  CHECK_FALSE(colors(ColorChoice::never, {{"CLICOLOR_FORCE", "1"}}, true));
}

TEST_CASE("the live display is for terminals outside of CI") {
  CHECK(display(ProgressChoice::automatic, {}, true) == ProgressChoice::tty);
  CHECK(display(ProgressChoice::automatic, {{"CI", "true"}}, true) == ProgressChoice::plain);
  CHECK(display(ProgressChoice::automatic, {}, false) == ProgressChoice::plain);
  CHECK(display(ProgressChoice::tty, {{"CI", "true"}}, true) == ProgressChoice::tty);
  CHECK(display(ProgressChoice::tty, {}, false) == ProgressChoice::plain);
  CHECK(display(ProgressChoice::json, {}, true) == ProgressChoice::json);
}

TEST_CASE("text is painted only when there are colours") {
  CHECK(Style{true}.paint(Ink::error, "error") == "\x1b[1;31merror\x1b[0m");
  CHECK(Style{false}.paint(Ink::error, "error") == "error");
}
