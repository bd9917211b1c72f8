// Text for people: escaping, sizes, durations, the nearest word.
#include "text.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace ocibuild;
using std::chrono::milliseconds;

TEST_CASE("printable text has no control characters, whatever it was made from") {
  CHECK(terminal_text("plain ünïcode 漢字") == "plain ünïcode 漢字");
  CHECK(terminal_text("a\x1b[2Jb\nc\td") == "a\\u{1b}[2Jb\\nc\\td");
  CHECK(terminal_text("\x7f") == "\\u{7f}");
  CHECK(terminal_text("\xc2\x9b") == "\\u{9b}");
  CHECK(terminal_text("user\xe2\x80\xaetxt") == "user\\u{202e}txt");
}

TEST_CASE("bytes that are not UTF-8 are shown in hexadecimal") {
  CHECK(terminal_text("\xff") == "\\xff");
  CHECK(terminal_text("\xc0\xaf") == "\\xc0\\xaf");
  CHECK(terminal_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(terminal_text("ab\xe2\x82") == "ab\\xe2\\x82");
}

TEST_CASE("a line of another program keeps its colours and loses everything else that moves the cursor") {
  CHECK(terminal_line("\x1b[1;32mok\x1b[0m\tdone", Colors::keep) == "\x1b[1;32mok\x1b[0m\tdone");
  CHECK(terminal_line("\x1b[1;32mok\x1b[0m", Colors::drop) == "ok");
  CHECK(terminal_line("a\x1b[2K\x1b[1Ab", Colors::keep) == "ab");
  CHECK(terminal_line("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", Colors::keep) == "link");
  CHECK(terminal_line("\x1b]0;title\atext\r", Colors::keep) == "text");
  CHECK(terminal_line("cut\x1b[1;3", Colors::keep) == "cut");
  CHECK(terminal_line("\x1b", Colors::keep).empty());
}

TEST_CASE("sizes are short and decimal") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(999) == "999 B");
  CHECK(human_size(1000) == "1.0 kB");
  CHECK(human_size(999'999) == "999.9 kB");
  CHECK(human_size(1'000'000) == "1.0 MB");
  CHECK(human_size(18'446'744'073'709'551'615U) == "18.4 EB");
}

TEST_CASE("durations are short") {
  CHECK(human_duration(milliseconds{-5}) == "0.0 s");
  CHECK(human_duration(milliseconds{840}) == "0.8 s");
  CHECK(human_duration(milliseconds{12'999}) == "12 s");
  CHECK(human_duration(milliseconds{125'000}) == "2 m 05 s");
  CHECK(human_duration(milliseconds{3'725'000}) == "1 h 02 m");
}

TEST_CASE("text is cut to columns, not to bytes") {
  CHECK(fit("müller", 6) == "müller");
  CHECK(fit("müller", 3) == "mü…");
  CHECK(fit("abc", 1) == "…");
  CHECK(fit("abc", 0).empty());
}

TEST_CASE("the nearest word is found for a typing error and not for another word") {
  const std::vector<std::string> known{"build", "plan", "--platform", "--profile"};
  CHECK(nearest_word("biuld", known) == "build");
  CHECK(nearest_word("--platfrom", known) == "--platform");
  CHECK(nearest_word("plans", known) == "plan");
  CHECK_FALSE(nearest_word("inspect", known).has_value());
  CHECK_FALSE(nearest_word("x", known).has_value());
  CHECK_FALSE(nearest_word(std::string(100'000, 'b'), known).has_value());
}
