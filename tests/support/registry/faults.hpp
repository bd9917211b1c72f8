// What goes wrong between a client and a registry: rules that are tried before the registry is asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/registry/memory_registry.hpp"
#include "support/registry/message.hpp"

namespace ocibuild::testing {

enum class FaultKind {
  status,        ///< `answer` is the answer, at `head` or in place of the registry's; it never sees the request
  status_after,  ///< the registry performs the request, and `answer` replaces its answer: a proxy that lost patience
  close,         ///< the connection ends in an orderly way
  reset,         ///< the connection ends with RST
  stall,         ///< the connection stays, and nothing happens on it any more
  trickle,       ///< the body of the answer (or of the request, by `point`) moves `bytes` at a time, `pause` apart
  wrong_length,  ///< Content-Length is `difference` away from the truth, then the connection closes
  endless,       ///< the body of the answer is chunked and never ends
};

/// How far an exchange gets before the fault.
enum class FaultPoint {
  head,      ///< the head of the request has arrived
  request,   ///< so have `bytes` bytes of its body
  answer,    ///< the whole request has, and the registry has performed it
  response,  ///< so have left the head of the answer and `bytes` bytes of its body
};

struct Fault {
  FaultKind kind = FaultKind::status;
  FaultPoint point = FaultPoint::answer;
  std::uint64_t bytes = 0;
  std::int64_t difference = 0;
  std::chrono::milliseconds pause{10};
  ServerResponse answer{.status = 503, .headers = {}, .body = {}};
};

/// An answer in place of the registry's, after the body of the request.
Fault status(int code, Headers headers = {}, std::string body = {});

/// An answer as soon as the head of the request is there; the connection closes after it.
Fault early_status(int code);

/// An answer after the body, although the registry has done what was asked.
Fault status_after(int code);

Fault close_at(FaultPoint point, std::uint64_t bytes = 0);
Fault reset_at(FaultPoint point, std::uint64_t bytes = 0);
Fault stall_at(FaultPoint point, std::uint64_t bytes = 0);

/// The registry does what was asked, and its answer is lost.
inline Fault lost_answer() {
  return close_at(FaultPoint::answer);
}

Fault trickle(std::uint64_t bytes, std::chrono::milliseconds pause);
Fault wrong_length(std::int64_t difference);
Fault endless();

/// `reset at request`, `status 503`: for journals.
std::string to_string(const Fault& fault);

/// Whom a fault befalls.
struct FaultRule {
  static constexpr std::size_t always = std::numeric_limits<std::size_t>::max();

  std::string method;     ///< empty: any
  std::string target;     ///< a part of the target; empty: any
  std::string pattern;    ///< an ECMAScript regular expression found in the first 4096 bytes of it; empty: any
  std::size_t skip = 0;   ///< how many requests that match come through first
  std::size_t times = 1;  ///< how many it befalls then
  Fault fault;
};

/// Faults by chance, the same for the same seed and the same number of the request.
struct RandomFaults {
  std::uint64_t seed = 0;
  double probability = 0;
  std::vector<Fault> faults;  ///< one of them, each as likely
  std::string target;         ///< a part of the target; empty: any
};

/// Decides for each request. Safe for use by several threads at once.
class Faults {
 public:
  explicit Faults(std::vector<FaultRule> rules = {});

  void add(FaultRule rule);

  /// Forgets every rule and count, and goes by these from now on. Throws std::regex_error.
  void replace(std::vector<FaultRule> rules, std::optional<RandomFaults> random = {});

  /// What befalls this request: of the first rule that fires, otherwise by chance. A rule counts each request it
  /// matches, unless an earlier rule fired.
  std::optional<Fault> next(std::string_view method, std::string_view target);

  /// How many requests a fault befell since the last `replace`.
  std::size_t fired() const;

 private:
  std::optional<Fault> by_chance(std::string_view target);

  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_;
  std::optional<RandomFaults> random_;
  std::uint64_t requests_ = 0;
  std::size_t fired_ = 0;
};

/// True when the fault closes, resets or stalls the connection, at its point.
bool ends_exchange(const Fault& fault);

/// True when the fault ends the exchange before the registry sees the request.
bool precedes_registry(const Fault& fault);

/// Asks the registry, unless the fault keeps the request from it, and writes the journal. `request` has what arrived.
/// Returns the answer as it is meant to go out; nothing when the fault lets none out.
std::optional<ServerResponse> exchange(MemoryRegistry& registry, const ServerRequest& request,
                                       const std::optional<Fault>& fault);

}  // namespace ocibuild::testing
