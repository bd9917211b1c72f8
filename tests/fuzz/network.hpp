// A network of one answer, for targets that talk to registries.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ocibuild/http/clock.hpp"
#include "ocibuild/http/transport.hpp"

namespace ocibuild::fuzz {

class AnsweringTransport final : public Transport {
 public:
  explicit AnsweringTransport(std::function<HttpResponse(const HttpRequest&)> answer) : answer_{std::move(answer)} {}
  HttpResponse send(const HttpRequest& request) override { return answer_(request); }

 private:
  std::function<HttpResponse(const HttpRequest&)> answer_;
};

inline HttpResponse answer(int status, Headers headers, std::string_view body) {
  return {.status = status, .headers = std::move(headers), .body = std::make_unique<MemorySource>(std::string{body})};
}

/// Time that passes only when somebody sleeps.
inline Clock sleeping_clock() {
  const auto now = std::make_shared<std::chrono::milliseconds>(1000);
  return {.now = [now] { return *now; },
          .unix_time = [] { return std::chrono::seconds{1'700'000'000}; },
          .sleep = [now](std::chrono::milliseconds wait) { *now += wait; },
          .random = [] { return 0.5; }};
}

/// The first line of an input, and the rest.
struct Lines {
  explicit Lines(const std::uint8_t* bytes, std::size_t size) : rest{reinterpret_cast<const char*>(bytes), size} {
    first = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(first.size() + 1, rest.size()));
  }

  std::string_view first;
  std::string_view rest;
};

}  // namespace ocibuild::fuzz
