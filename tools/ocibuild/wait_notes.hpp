// Which waits are told to people.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "ocibuild/http/retry.hpp"

namespace ocibuild {

/// Several uploads that wait for one host are one piece of news: while one wait that was told lasts, the others are
/// not.
class WaitNotes {
 public:
  /// Whether this wait, which begins `now`, is to be told: it is a long one, and nobody was told yet that the host
  /// makes us wait, or not that it asks for it.
  bool is_news(const RetryWait& wait, std::chrono::milliseconds now);

 private:
  struct Told {
    std::chrono::milliseconds until{};
    bool asked = false;
  };
  std::map<std::string, Told, std::less<>> told_;  // by host
};

/// `ghcr.io: 503; trying again in 4.0 s (attempt 3 of 5)`.
std::string wait_text(const RetryWait& wait);

}  // namespace ocibuild
