// When to ask again, and when to stop.
#include "ocibuild/deploy/probe.hpp"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "deploy/probe_try.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/parallel.hpp"

namespace ocibuild {
namespace {

using std::chrono::milliseconds;

/// How long to wait after each try. This is not the policy of `Retry`, which gives up on an answer that will stay the
/// same: here 404, a refused connection and an unknown name are what a service looks like before it is there. Nobody
/// else waits for it either, so there is no need for chance.
class Waits {
 public:
  explicit Waits(const ProbeOptions& options)
      : shortest_{std::max(options.first_wait, milliseconds{1})}, longest_{options.longest_wait}, next_{shortest_} {}

  /// The next wait, when it ends before `left` is over. Never more than half of that, unless it is the shortest wait:
  /// so the last tries are close to the end, and what comes up late is seen.
  std::optional<milliseconds> next(milliseconds left) {
    const milliseconds wait = std::max(shortest_, std::min(next_, left / 2));
    next_ = std::min(next_ * 2, longest_);
    return wait < left ? std::optional{wait} : std::nullopt;
  }

 private:
  milliseconds shortest_;
  milliseconds longest_;
  milliseconds next_;
};

/// The tries of one target.
class TargetProbe {
 public:
  TargetProbe(const ProbeTarget& target, Transport& transport, const Clock& clock, const ProbeOptions& options)
      : target_{target}, transport_{transport}, clock_{clock}, options_{options} {}

  ProbeReport run(milliseconds start, const std::function<void(const ProbeReport&)>& tell) {
    const milliseconds end = start + options_.total_timeout;
    Waits waits{options_};
    for (milliseconds left = options_.total_timeout;;) {
      const bool seen_before = report_.state == ProbeState::placeholder;
      ask(left);
      report_.elapsed = clock_.now() - start;
      tell(report_);
      if (is_final(seen_before)) return report_;
      left = end - clock_.now();
      const auto wait = waits.next(left);
      if (!wait) return report_;
      clock_.sleep(*wait);
      left = end - clock_.now();
      if (left <= milliseconds{0}) return report_;
    }
  }

 private:
  void ask(milliseconds left) {
    const milliseconds began = clock_.now();
    ProbeReport found = try_once(target_, transport_, clock_, std::min(options_.try_timeout, left));
    // Less than its time was no fair chance: that says nothing new about the service.
    constexpr milliseconds rounding{1};  // of the transport's deadline
    const bool cut_short = left < options_.try_timeout && clock_.now() - began + rounding >= left;
    const unsigned attempts = report_.attempts + 1;
    if (attempts == 1 || found.state == ProbeState::healthy || !cut_short) report_ = std::move(found);
    report_.attempts = attempts;
  }

  bool is_final(bool seen_before) const {
    if (report_.state == ProbeState::healthy) return true;
    return seen_before && is_good(report_, options_.placeholders);
  }

  const ProbeTarget& target_;
  Transport& transport_;
  const Clock& clock_;
  const ProbeOptions& options_;
  ProbeReport report_;
};

}  // namespace

std::string_view to_string(ProbeState state) noexcept {
  switch (state) {
    case ProbeState::healthy: return "healthy";
    case ProbeState::unhealthy: return "unhealthy";
    case ProbeState::placeholder: return "placeholder";
    case ProbeState::unreachable: break;
  }
  return "unreachable";
}

bool is_good(const ProbeReport& report, PlaceholderPolicy placeholders) noexcept {
  return report.state == ProbeState::healthy ||
         (report.state == ProbeState::placeholder && placeholders == PlaceholderPolicy::accept);
}

std::vector<ProbeReport> probe(std::span<const ProbeTarget> targets, Transport& transport, const Clock& clock,
                               const ProbeOptions& options, const ProbeListener& listener) {
  if (targets.size() > max_probe_targets) {
    throw Error{Errc::invalid_argument,
                fmt::format("{} targets to probe, at most {} are possible", targets.size(), max_probe_targets)};
  }
  std::vector<ProbeReport> reports(targets.size());
  std::mutex listening;
  const milliseconds start = clock.now();
  for_each_index(targets.size(), static_cast<unsigned>(targets.size()), [&](std::size_t i) {
    reports[i] = TargetProbe{targets[i], transport, clock, options}.run(start, [&](const ProbeReport& report) {
      if (!listener) return;
      const std::lock_guard lock{listening};
      listener(targets[i], report);
    });
  });
  return reports;
}

}  // namespace ocibuild
