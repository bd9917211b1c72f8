// The one policy for trying again: what is transient, how long to wait, when to give up.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/headers.hpp"

namespace ocibuild {

/// Why something that failed may succeed later.
enum class TransientCause {
  failure,          ///< connection, time-out, 408, 425, other 5xx: this operation waits
  internal_error,   ///< 500: the same, but the next answer may well be this one again
  rate_limit,       ///< 429: everything that goes to the host waits
  secondary_limit,  ///< GitHub's limit of minutes: everything that goes to the host waits long
};

/// An Error{unavailable} that is worth trying again.
class TransientError : public Error {
 public:
  explicit TransientError(std::string message, TransientCause cause = TransientCause::failure,
                          std::optional<std::chrono::milliseconds> asked = {})
      : Error{Errc::unavailable, std::move(message)}, cause_{cause}, asked_{asked} {}

  TransientCause cause() const noexcept { return cause_; }

  /// How long the server asks to wait; nothing: it does not say.
  const std::optional<std::chrono::milliseconds>& asked() const noexcept { return asked_; }

  /// Says that it was tried often enough: whoever tries something larger again must not multiply the attempts.
  void give_up() noexcept { given_up_ = true; }
  bool given_up() const noexcept { return given_up_; }

 private:
  TransientCause cause_;
  std::optional<std::chrono::milliseconds> asked_;
  bool given_up_ = false;
};

/// True for statuses that say nothing about the request itself: 408, 425, 429, 499, 500, 502, 503, 504, 520 to 524.
bool is_transient_status(int status) noexcept;

/// The field Retry-After (RFC 9110, 10.2.3) as a time from `unix_time` on, whether it is seconds or a date; nothing
/// when it is missing or cannot be read.
std::optional<std::chrono::milliseconds> retry_after(const Headers& headers, std::chrono::seconds unix_time);

struct RetryOptions {
  unsigned attempts = 5;  ///< of one operation, the first included
  std::chrono::milliseconds first{1'000};
  std::chrono::milliseconds longest{30'000};         ///< between two attempts, when the server does not ask for more
  std::chrono::milliseconds longest_asked{300'000};  ///< a server that asks for more gets this much
};

/// What is said before a wait.
struct RetryWait {
  std::string_view host;
  std::string_view reason;  ///< the error that made it necessary
  std::chrono::milliseconds wait{};
  unsigned next_attempt = 0;
  unsigned attempts = 0;
  bool asked = false;  ///< the server wanted it
};

/// Tries again what failed with TransientError, up to five times in all: waits a quarter to three quarters of
/// `min(longest, first * 2^n)`, or what the server asked for; after a 429 at least `first * 2^n`. Safe for use by
/// several threads at once.
class Retry {
 public:
  /// `waits` is told before each wait, from any thread, one at a time.
  explicit Retry(Clock clock, RetryOptions options = {}, std::function<void(const RetryWait&)> waits = {});

  /// Runs `body` until it succeeds, fails otherwise, or was tried often enough: then the last error is thrown as a
  /// plain Error, which no `run` around this one tries again, with a note of the number of attempts. `host` is what a
  /// rate limit holds for.
  template <class Body>
  auto run(std::string_view host, Body&& body) {
    for (unsigned attempt = 1;; ++attempt) {
      wait_for_turn(host);
      try {
        return body();
      } catch (TransientError& error) {
        if (!wait_after(host, attempt, error)) throw Error{error};
      }
    }
  }

  /// Returns when no rate limit holds for the host.
  void wait_for_turn(std::string_view host);

  /// Number of attempts that were not the first.
  unsigned retries() const;

 private:
  bool wait_after(std::string_view host, unsigned attempt, TransientError& error);
  std::chrono::milliseconds wait_for(unsigned attempt, const TransientError& error) const;

  Clock clock_;
  RetryOptions options_;
  std::function<void(const RetryWait&)> waits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::chrono::milliseconds, std::less<>> paused_until_;
  unsigned retries_ = 0;
};

}  // namespace ocibuild
