// Which waits are told.
#include "wait_notes.hpp"

#include <doctest/doctest.h>

using namespace ocibuild;
using std::chrono::milliseconds;

namespace {

RetryWait wait_of(int seconds, bool asked = false, std::string_view host = "ghcr.io") {
  return {.host = host,
          .reason = "503",
          .wait = milliseconds{seconds * 1000},
          .next_attempt = 2,
          .attempts = 5,
          .asked = asked};
}

}  // namespace

TEST_CASE("several uploads that wait for one host are told once") {
  WaitNotes notes;
  CHECK(notes.is_news(wait_of(4), milliseconds{0}));
  CHECK_FALSE(notes.is_news(wait_of(5), milliseconds{10}));
  CHECK(notes.is_news(wait_of(5, false, "other.example"), milliseconds{20}));
  CHECK_FALSE(notes.is_news(wait_of(3), milliseconds{3900}));
  CHECK(notes.is_news(wait_of(3), milliseconds{4000}));
}

TEST_CASE("a wait that nobody notices is not told, except when the server asks for it") {
  WaitNotes notes;
  CHECK_FALSE(notes.is_news(wait_of(1), milliseconds{0}));
  CHECK(notes.is_news(wait_of(1, true), milliseconds{0}));
}

TEST_CASE("that the server asks for a wait is told even while another wait lasts") {
  WaitNotes notes;
  CHECK(notes.is_news(wait_of(4), milliseconds{0}));
  CHECK(notes.is_news(wait_of(60, true), milliseconds{10}));
  CHECK_FALSE(notes.is_news(wait_of(60, true), milliseconds{20}));
}

TEST_CASE("a wait says who makes us wait, why, how long, and how often we try") {
  CHECK(wait_text(wait_of(4)) == "ghcr.io: 503; trying again in 4.0 s (attempt 2 of 5)");
}
