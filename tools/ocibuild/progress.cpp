// The displays: a live area, plain lines with a heartbeat, JSON events, nothing.
#include "progress.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

#include "json_text.hpp"
#include "steps.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_drawing{500};  // what is faster needs no display
constexpr milliseconds drawing_interval{100};
constexpr milliseconds heartbeat_interval{30'000};  // CI services end a job that is silent for some minutes

/// Calls something again and again in a thread of its own, until it is destroyed.
class Ticker {
 public:
  Ticker(milliseconds first, milliseconds interval, std::function<void()> tick)
      : thread_{[this, first, interval, tick = std::move(tick)](const std::stop_token& stop) {
          std::unique_lock lock{mutex_};
          for (milliseconds wait = first; !wake_.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); });
               wait = interval) {
            tick();
          }
        }} {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

/// Lines of text: lasting ones as things finish, and either a live area or a heartbeat.
class TextProgress final : public Progress {
 public:
  TextProgress(Console& console, const ProgressOptions& options)
      : console_{console},
        options_{options},
        ticker_{options.choice == ProgressChoice::tty
                    ? Ticker{first_drawing, drawing_interval, [this] { draw(); }}
                    : Ticker{heartbeat_interval, heartbeat_interval, [this] { beat(); }}} {}
  TextProgress(const TextProgress&) = delete;
  TextProgress& operator=(const TextProgress&) = delete;
  ~TextProgress() override {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    console_.screen().draw({});
  }

  void update(const Step& step) override {
    const std::lock_guard lock{mutex_};
    const bool changed = steps_.update(step, options_.clock());
    if (changed) console_.detail(Verbosity::verbose, step.subject + ": " + step.activity);
  }

  void finish(const std::string& subject, const std::string& outcome) override {
    const std::lock_guard lock{mutex_};
    steps_.remove(subject);
    if (drawn_) console_.screen().draw(steps_.rows(options_.clock(), options_.terminal()));
    if (!outcome.empty()) console_.status(subject + ": " + outcome);
  }

 private:
  void draw() {
    const std::lock_guard lock{mutex_};
    if (ended_) return;
    drawn_ = true;
    console_.screen().draw(steps_.rows(options_.clock(), options_.terminal()));
  }

  void beat() {
    const std::lock_guard lock{mutex_};
    const std::string line = steps_.heartbeat(options_.clock());
    if (!line.empty()) console_.status(line);
  }

  Console& console_;
  ProgressOptions options_;
  std::mutex mutex_;
  RunningSteps steps_;
  bool drawn_ = false;
  bool ended_ = false;
  Ticker ticker_;  // last: its thread uses everything above
};

/// One JSON object per line for every change, and for counted bytes at most ten in a second for each subject.
class JsonProgress final : public Progress {
 public:
  JsonProgress(Console& console, MonotonicClock clock)
      : console_{console}, clock_{std::move(clock)}, start_{clock_()} {}

  void update(const Step& step) override {
    const std::lock_guard lock{mutex_};
    const milliseconds now = clock_();
    const bool changed = steps_.update(step, now);
    const auto last = written_.find(step.subject);
    if (!changed && last != written_.end() && now - last->second < drawing_interval) return;
    written_[step.subject] = now;
    Json event = {{"event", "progress"}, {"subject", step.subject}, {"activity", step.activity}};
    if (step.done != 0 || step.total != 0) event["done"] = step.done;
    if (step.total != 0) event["total"] = step.total;
    print(std::move(event), now);
  }

  void finish(const std::string& subject, const std::string& outcome) override {
    const std::lock_guard lock{mutex_};
    steps_.remove(subject);
    print({{"event", "finished"}, {"subject", subject}, {"outcome", outcome}}, clock_());
  }

 private:
  void print(Json event, milliseconds now) {
    event["elapsedMs"] = (now - start_).count();
    console_.screen().print(json_text(event) + "\n");
  }

  Console& console_;
  MonotonicClock clock_;
  milliseconds start_;
  std::mutex mutex_;
  RunningSteps steps_;
  std::map<std::string, milliseconds> written_;
};

class NoProgress final : public Progress {
 public:
  void update(const Step&) override {}
  void finish(const std::string&, const std::string&) override {}
};

}  // namespace

milliseconds steady_time() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

ProgressChoice resolve_progress(ProgressChoice choice, const Environment& environment, const Terminal& terminal,
                                Verbosity verbosity) {
  if (choice == ProgressChoice::automatic) {
    if (verbosity == Verbosity::quiet) return ProgressChoice::quiet;
    return terminal.present && !is_set(environment, "CI") ? ProgressChoice::tty : ProgressChoice::plain;
  }
  return choice == ProgressChoice::tty && !terminal.present ? ProgressChoice::plain : choice;
}

std::unique_ptr<Progress> start_progress(Console& console, const ProgressOptions& options) {
  switch (options.choice) {
    case ProgressChoice::json: return std::make_unique<JsonProgress>(console, options.clock);
    case ProgressChoice::quiet: return std::make_unique<NoProgress>();
    default: return std::make_unique<TextProgress>(console, options);
  }
}

}  // namespace ocibuild
