// Asking services whether they are healthy, again and again until they are or the time is over.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/deploy/expected_statuses.hpp"
#include "ocibuild/deploy/stock_page.hpp"
#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/transport.hpp"

namespace ocibuild {

/// Most targets of one call: each has a thread.
inline constexpr std::size_t max_probe_targets = 256;

/// What to ask, and what a healthy service answers.
struct ProbeTarget {
  std::string name;  ///< for people
  Url url;
  Headers headers = {};

  /// Absent: what the kubelet takes for healthy. It follows redirects on the same host, so this does too; with
  /// statuses of one's own the first answer counts.
  std::optional<ExpectedStatuses> expected = std::nullopt;

  std::string body;  ///< must be in the first 64 KiB of the answer; empty: anything may
};

/// What an answer says.
enum class ProbeState {
  healthy,
  unhealthy,    ///< another status or body than expected, or a body that did not end
  placeholder,  ///< a stock nginx answered: see find_stock_page
  unreachable,  ///< nothing answered
};

/// The spelling of a state, as in `healthy`.
std::string_view to_string(ProbeState state) noexcept;

/// What one try found, and after how many.
struct ProbeReport {
  ProbeState state = ProbeState::unreachable;
  unsigned attempts = 0;
  std::chrono::milliseconds elapsed{0};  ///< from the first try to the end of this one
  std::optional<int> status;             ///< of the answer, if there was one
  std::string reason;                    ///< why it is not healthy, on one clean line
  std::string excerpt;                   ///< the first 200 characters of the body, on one clean line

  friend bool operator==(const ProbeReport&, const ProbeReport&) = default;
};

/// Whether a placeholder is as good as the service that will replace it.
enum class PlaceholderPolicy { refuse, accept };

struct ProbeOptions {
  std::chrono::milliseconds first_wait{500};  ///< doubled after each try, up to the longest
  std::chrono::milliseconds longest_wait{2'000};
  std::chrono::milliseconds try_timeout{2'000};
  std::chrono::milliseconds total_timeout{60'000};
  PlaceholderPolicy placeholders = PlaceholderPolicy::refuse;
};

/// True when that is how it should be.
bool is_good(const ProbeReport& report, PlaceholderPolicy placeholders) noexcept;

/// Told after each try, from any thread, one at a time.
using ProbeListener = std::function<void(const ProbeTarget& target, const ProbeReport& report)>;

/// Asks all targets at the same time, each until it is healthy, and returns what the last try of each found, in the
/// order of the targets. Takes no longer than `total_timeout`, except where the transport exceeds a deadline. A try
/// that the end cuts short does not replace an answer. Where placeholders are accepted, one is final when it was seen
/// twice in a row.
///
/// Throws Error{invalid_argument} for more than `max_probe_targets`. What is wrong with an answer, or the lack of
/// one, is in the report and not thrown.
std::vector<ProbeReport> probe(std::span<const ProbeTarget> targets, Transport& transport, const Clock& clock,
                               const ProbeOptions& options = {}, const ProbeListener& listener = {});

}  // namespace ocibuild
