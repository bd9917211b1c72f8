// Choosing faults, and what they do above the wire.
#include "support/registry/faults.hpp"

#include <array>
#include <regex>

#include <fmt/format.h>

namespace ocibuild::testing {
namespace {

constexpr std::array<std::string_view, 8> kind_names{"status", "status after", "close",        "reset",
                                                     "stall",  "trickle",      "wrong length", "endless"};
constexpr std::array<std::string_view, 4> point_names{"head", "request", "answer", "response"};

bool matches(const FaultRule& rule, std::string_view method, std::string_view target) {
  if (!rule.method.empty() && rule.method != method) return false;
  if (target.find(rule.target) == std::string_view::npos) return false;
  if (rule.pattern.empty()) return true;
  // std::regex takes stack in proportion to the text.
  return std::regex_search(std::string{target.substr(0, 4096)}, std::regex{rule.pattern});
}

/// splitmix64: a number from a number, without a history.
std::uint64_t scrambled(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

Fault status(int code, Headers headers, std::string body) {
  return {.kind = FaultKind::status,
          .answer = {.status = code, .headers = std::move(headers), .body = std::move(body)}};
}

Fault early_status(int code) {
  return {.kind = FaultKind::status, .point = FaultPoint::head, .answer = {.status = code, .headers = {}, .body = {}}};
}

Fault status_after(int code) {
  return {.kind = FaultKind::status_after, .answer = {.status = code, .headers = {}, .body = {}}};
}

Fault close_at(FaultPoint point, std::uint64_t bytes) {
  return {.kind = FaultKind::close, .point = point, .bytes = bytes};
}

Fault reset_at(FaultPoint point, std::uint64_t bytes) {
  return {.kind = FaultKind::reset, .point = point, .bytes = bytes};
}

Fault stall_at(FaultPoint point, std::uint64_t bytes) {
  return {.kind = FaultKind::stall, .point = point, .bytes = bytes};
}

Fault trickle(std::uint64_t bytes, std::chrono::milliseconds pause) {
  return {.kind = FaultKind::trickle, .point = FaultPoint::response, .bytes = bytes, .pause = pause};
}

Fault wrong_length(std::int64_t difference) {
  return {.kind = FaultKind::wrong_length, .difference = difference};
}

Fault endless() {
  return {.kind = FaultKind::endless};
}

std::string to_string(const Fault& fault) {
  const std::string_view kind = kind_names.at(static_cast<std::size_t>(fault.kind));
  if (fault.kind == FaultKind::status || fault.kind == FaultKind::status_after) {
    return fmt::format("{} {}", kind, fault.answer.status);
  }
  if (!ends_exchange(fault)) return std::string{kind};
  return fmt::format("{} at {}", kind, point_names.at(static_cast<std::size_t>(fault.point)));
}

Faults::Faults(std::vector<FaultRule> rules) {
  replace(std::move(rules));
}

void Faults::add(FaultRule rule) {
  const std::lock_guard lock{mutex_};
  rules_.push_back(std::move(rule));
}

void Faults::replace(std::vector<FaultRule> rules, std::optional<RandomFaults> random) {
  for (const FaultRule& rule : rules) std::regex{rule.pattern};
  const std::lock_guard lock{mutex_};
  rules_ = std::move(rules);
  random_ = std::move(random);
  requests_ = 0;
  fired_ = 0;
}

std::optional<Fault> Faults::next(std::string_view method, std::string_view target) {
  const std::lock_guard lock{mutex_};
  ++requests_;
  for (FaultRule& rule : rules_) {
    if (rule.times == 0 || !matches(rule, method, target)) continue;
    if (rule.skip > 0) {
      --rule.skip;
      continue;
    }
    if (rule.times != FaultRule::always) --rule.times;
    ++fired_;
    return rule.fault;
  }
  std::optional<Fault> fault = by_chance(target);
  if (fault) ++fired_;
  return fault;
}

std::optional<Fault> Faults::by_chance(std::string_view target) {
  if (!random_ || random_->faults.empty() || target.find(random_->target) == std::string_view::npos) return {};
  const std::uint64_t dice = scrambled(random_->seed ^ scrambled(requests_));
  constexpr std::uint64_t fine = 1 << 24;
  if (static_cast<double>(dice % fine) >= random_->probability * static_cast<double>(fine)) return {};
  return random_->faults[(dice / fine) % random_->faults.size()];
}

std::size_t Faults::fired() const {
  const std::lock_guard lock{mutex_};
  return fired_;
}

bool ends_exchange(const Fault& fault) {
  return fault.kind == FaultKind::close || fault.kind == FaultKind::reset || fault.kind == FaultKind::stall;
}

bool precedes_registry(const Fault& fault) {
  if (fault.kind == FaultKind::status) return true;
  return ends_exchange(fault) && (fault.point == FaultPoint::head || fault.point == FaultPoint::request);
}

std::optional<ServerResponse> exchange(MemoryRegistry& registry, const ServerRequest& request,
                                       const std::optional<Fault>& fault) {
  if (!fault) return registry.answer(request);
  const bool is_status = fault->kind == FaultKind::status || fault->kind == FaultKind::status_after;
  std::optional<ServerResponse> response;
  if (fault->kind == FaultKind::status) {
    ServerRequest head = request;  // a proxy answers: the registry has got nothing
    head.body.clear();
    registry.interrupted(head);
  } else if (precedes_registry(*fault)) {
    registry.interrupted(request);
  } else {
    response = registry.perform(request);
    if (ends_exchange(*fault) && fault->point == FaultPoint::answer) response.reset();
  }
  if (is_status) {
    response = fault->answer;
    complete(*response, request.method);
  }
  registry.journal().add(entry_of(request, response ? response->status : 0, to_string(*fault)));
  return response;
}

}  // namespace ocibuild::testing
