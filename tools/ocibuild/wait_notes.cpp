// Telling each wait once.
#include "wait_notes.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace ocibuild {
namespace {

constexpr std::chrono::milliseconds long_wait{2'000};  // what is shorter nobody notices

}  // namespace

bool WaitNotes::is_news(const RetryWait& wait, std::chrono::milliseconds now) {
  if (!wait.asked && wait.wait < long_wait) return false;
  const auto found = told_.find(wait.host);
  if (found != told_.end() && now < found->second.until && (found->second.asked || !wait.asked)) return false;
  told_.insert_or_assign(std::string{wait.host}, Told{.until = now + wait.wait, .asked = wait.asked});
  return true;
}

std::string wait_text(const RetryWait& wait) {
  return fmt::format("{}: {}; trying again in {} (attempt {} of {})", wait.host, wait.reason, human_duration(wait.wait),
                     wait.next_attempt, wait.attempts);
}

}  // namespace ocibuild
