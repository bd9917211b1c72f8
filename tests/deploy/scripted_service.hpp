// A service that answers from a list, for tests of probes.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ocibuild/http/transport.hpp"
#include "support/registry/fake_clock.hpp"

namespace ocibuild::testing {

/// An answer, or its absence.
struct ScriptedAnswer {
  int status = 200;
  std::string body;
  Headers headers;
  std::string failure;                 ///< not empty: nothing answers, and this is why
  std::chrono::milliseconds takes{0};  ///< how long; more than the request's deadline is a failure
};

/// Gives one answer after the other, whoever asks, and the last one for ever.
class ScriptedService final : public Transport {
 public:
  explicit ScriptedService(std::vector<ScriptedAnswer> answers) : answers_{std::move(answers)} {}

  HttpResponse send(const HttpRequest& request) override {
    const std::lock_guard lock{mutex_};
    const ScriptedAnswer answer = answers_.at(std::min(requests.size(), answers_.size() - 1));
    requests.push_back(request);
    clock.advance(std::min(answer.takes, request.deadline.value()));
    if (answer.takes > *request.deadline) throw Error{Errc::unavailable, "no answer in time"};
    if (!answer.failure.empty()) throw Error{Errc::unavailable, answer.failure};
    return {.status = answer.status, .headers = answer.headers, .body = std::make_unique<MemorySource>(answer.body)};
  }

  FakeClock clock;
  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
  std::vector<ScriptedAnswer> answers_;
};

}  // namespace ocibuild::testing
