// Bookkeeping and wording of steps.
#include "steps.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "text.hpp"

namespace ocibuild {
namespace {

/// `compressing 12.3 MB of 40.1 MB, 8.1 MB/s` or `compiling, 12 s`.
std::string describe(const RunningStep& running, std::chrono::milliseconds now) {
  const auto elapsed = now - running.since;
  const Step& step = running.step;
  if (step.done == 0 && step.total == 0) return fmt::format("{}, {}", step.activity, human_duration(elapsed));
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
  const std::uint64_t speed = step.done / milliseconds * 1000 + step.done % milliseconds * 1000 / milliseconds;
  const std::string total = step.total == 0 ? "" : fmt::format(" of {}", human_size(step.total));
  return fmt::format("{} {}{}, {}/s", step.activity, human_size(step.done), total, human_size(speed));
}

}  // namespace

bool RunningSteps::update(const Step& step, std::chrono::milliseconds now) {
  const auto found = std::find_if(steps_.begin(), steps_.end(),
                                  [&](const RunningStep& running) { return running.step.subject == step.subject; });
  if (found == steps_.end()) {
    steps_.push_back({.step = step, .since = now});
    return true;
  }
  const bool changed = found->step.activity != step.activity;
  if (changed) found->since = now;
  found->step = step;
  return changed;
}

void RunningSteps::remove(const std::string& subject) {
  std::erase_if(steps_, [&](const RunningStep& running) { return running.step.subject == subject; });
}

std::vector<std::string> RunningSteps::rows(std::chrono::milliseconds now, const Terminal& terminal) const {
  const std::size_t shown = std::min(steps_.size(), std::max<std::size_t>(terminal.rows / 2, 1));
  std::size_t width = 0;
  for (const RunningStep& running : steps_) width = std::max(width, columns_of(terminal_text(running.step.subject)));
  width = std::min(width, terminal.columns / 2);
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < shown; ++i) {
    std::string subject = fit(terminal_text(steps_[i].step.subject), width);
    subject.append(width - columns_of(subject), ' ');
    const std::string row = fmt::format("  {}  {}", subject, terminal_text(describe(steps_[i], now)));
    rows.push_back(fit(row, terminal.columns - 1));
  }
  if (shown < steps_.size()) {
    rows.push_back(fit(fmt::format("  and {} more", steps_.size() - shown), terminal.columns - 1));
  }
  return rows;
}

std::string RunningSteps::heartbeat(std::chrono::milliseconds now) const {
  std::string text;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i].step;
    const bool same_activity = i > 0 && steps_[i - 1].step.activity == step.activity;
    text += i == 0 ? "still " : ", ";
    text += same_activity ? step.subject : fmt::format("{} {}", step.activity, step.subject);
  }
  if (text.empty()) return text;
  const auto oldest = std::min_element(steps_.begin(), steps_.end(),
                                       [](const RunningStep& a, const RunningStep& b) { return a.since < b.since; });
  return fmt::format("{} ({})", text, human_duration(now - oldest->since));
}

}  // namespace ocibuild
