// How long to wait before trying again.
#include "ocibuild/http/retry.hpp"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>
#include <fmt/format.h>

namespace ocibuild {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// github.com: the secondary limit lasts minutes; asking earlier prolongs it.
constexpr milliseconds secondary_limit_waits[] = {milliseconds{120'000}, milliseconds{300'000}};

bool is_limit(TransientCause cause) {
  return cause == TransientCause::rate_limit || cause == TransientCause::secondary_limit;
}

unsigned attempts_for(const TransientError& error, const RetryOptions& options) {
  const unsigned most = static_cast<unsigned>(std::size(secondary_limit_waits)) + 1;
  return error.cause() == TransientCause::secondary_limit ? std::min(options.attempts, most) : options.attempts;
}

}  // namespace

bool is_transient_status(int status) noexcept {
  constexpr int transient[] = {408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524};
  return std::ranges::find(transient, status) != std::end(transient);
}

std::optional<milliseconds> retry_after(const Headers& headers, seconds unix_time) {
  constexpr std::int64_t longest = 1'000'000'000;  // seconds; more is as good as that
  const auto field = headers.first("Retry-After");
  if (!field) return {};
  if (!field->empty() && field->find_first_not_of("0123456789") == std::string::npos) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(field->data(), field->data() + field->size(), number);
    return seconds{failure == std::errc{} ? std::min(number, longest) : longest};
  }
  const auto date = static_cast<std::int64_t>(curl_getdate(field->c_str(), nullptr));
  if (date < 0) return {};
  return std::clamp(seconds{date} - unix_time, seconds{0}, seconds{longest});
}

Retry::Retry(Clock clock, RetryOptions options, std::function<void(const RetryWait&)> waits)
    : clock_{std::move(clock)}, options_{options}, waits_{std::move(waits)} {}

milliseconds Retry::wait_for(unsigned attempt, const TransientError& error) const {
  const milliseconds asked = std::min(error.asked().value_or(milliseconds{0}), options_.longest_asked);
  if (error.cause() == TransientCause::secondary_limit) return std::max(secondary_limit_waits[attempt - 1], asked);
  milliseconds most = options_.first;
  for (unsigned i = 1; i < attempt && most < options_.longest; ++i) most *= 2;
  most = std::min(most, options_.longest);
  // From a quarter to three: a registry that restarts for two seconds is back before the last attempt, whatever the
  // dice.
  const auto jitter = [&](milliseconds up_to) {
    return milliseconds{static_cast<std::int64_t>((0.25 + clock_.random() / 2) * static_cast<double>(up_to.count()))};
  };
  const bool limited = error.cause() == TransientCause::rate_limit;
  if (!error.asked() && !limited) return jitter(most);
  // GHCR asks for milliseconds when its minute is used up (chainguard-images#173).
  const milliseconds least = limited ? std::max(asked, most) : asked;
  return least + jitter(std::min(most, options_.first));  // so that all who were sent away do not return at once
}

bool Retry::wait_after(std::string_view host, unsigned attempt, TransientError& error) {
  if (error.given_up()) return false;
  const unsigned attempts = attempts_for(error, options_);
  if (attempt >= attempts) {
    error.give_up();
    error.add_note(fmt::format("tried {} times", attempt));
    return false;
  }
  const milliseconds wait = wait_for(attempt, error);
  {
    const std::lock_guard lock{mutex_};
    ++retries_;
    if (is_limit(error.cause())) {
      milliseconds& until = paused_until_[std::string{host}];
      until = std::max(until, clock_.now() + wait);
    }
    if (waits_) {
      waits_({.host = host,
              .reason = error.what(),
              .wait = wait,
              .next_attempt = attempt + 1,
              .attempts = attempts,
              .asked = error.asked() || is_limit(error.cause())});
    }
  }
  clock_.sleep(wait);
  return true;
}

void Retry::wait_for_turn(std::string_view host) {
  for (;;) {
    milliseconds left{0};
    {
      const std::lock_guard lock{mutex_};
      const auto found = paused_until_.find(host);
      if (found != paused_until_.end()) left = found->second - clock_.now();
    }
    if (left <= milliseconds{0}) return;
    clock_.sleep(left);
  }
}

unsigned Retry::retries() const {
  const std::lock_guard lock{mutex_};
  return retries_;
}

}  // namespace ocibuild
