// Lasting lines and the live area on one terminal.
#include "screen.hpp"

#include <doctest/doctest.h>

#include "console.hpp"

using namespace ocibuild;

namespace {

/// A screen that keeps what was written.
struct Recorded {
  std::string text;
  Screen screen{[this](std::string_view part) { text += part; }};

  std::string take() { return std::exchange(text, {}); }
};

}  // namespace

TEST_CASE("without a live area lines are written as they are") {
  Recorded on;
  on.screen.print("one\n");
  CHECK(on.take() == "one\n");
}

TEST_CASE("a lasting line is put above the live area") {
  Recorded on;
  on.screen.draw({"a", "b"});
  CHECK(on.take() == "a\nb\n");
  on.screen.print("one\n");
  CHECK(on.take() == "\x1b[2A\r\x1b[Jone\na\nb\n");
}

TEST_CASE("an unchanged live area is not drawn again") {
  Recorded on;
  on.screen.draw({"a"});
  on.take();
  on.screen.draw({"a"});
  CHECK(on.take().empty());
}

TEST_CASE("a closed screen has no live area and draws none again") {
  Recorded on;
  on.screen.draw({"a"});
  on.take();
  on.screen.close(std::chrono::milliseconds{1});
  CHECK(on.take() == "\x1b[1A\r\x1b[J");
  on.screen.draw({"b"});
  CHECK(on.take().empty());
}

TEST_CASE("an error is followed by its notes and its help, each line under the first") {
  Recorded on;
  Console console{on.screen, {}};
  console.report(Error{Errc::io, "writing 'a\x1b'"}.add_note("first\nsecond").add_help("try again"));
  CHECK(on.take() == "error: writing 'a\\u{1b}'\nnote: first\n      second\nhelp: try again\n");
}

TEST_CASE("a quiet console says only errors and what other programs say") {
  Recorded on;
  Console console{on.screen, {.verbosity = Verbosity::quiet}};
  console.status("s");
  console.warning("w");
  console.note("n");
  console.help("h");
  console.detail(Verbosity::verbose, "d");
  CHECK(on.take().empty());
  console.pass_through("\x1b[31mp\x1b[0m");
  CHECK(on.take() == "p\n");
}

TEST_CASE("messages in JSON are one object per line") {
  Recorded on;
  Console console{on.screen, {.format = MessageFormat::json}};
  console.warning("two\nlines \xff");
  CHECK(on.take() == R"({"event":"message","level":"warning","text":"two\nlines )"
                     "\xef\xbf\xbd"
                     "\"}\n");
}
