// Reading error bodies, and turning them into errors.
#include "registry/failure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "ocibuild/http/retry.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_body = 64 << 10;
constexpr std::size_t longest_message = 200;  // characters

std::string read_start(Source& body) {
  std::string text(max_body, '\0');
  try {
    text.resize(read_fully(body, std::as_writable_bytes(std::span{text})));
  } catch (const Error&) {
    text.clear();  // the status is the news
  }
  return text;
}

const JsonValue* member(const JsonValue& object, std::string_view name) {
  for (const JsonMember& each : object.members) {
    if (each.name == name) return &each.value;
  }
  return nullptr;
}

std::string text_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = member(object, name);
  return value != nullptr && value->kind == JsonValue::Kind::string ? value->text : "";
}

/// Takes code and message out of the first of `errors`, or the message that others write beside it.
void take_document(const JsonValue& document, Failure& failure) {
  const JsonValue* errors = member(document, "errors");
  if (errors != nullptr && !errors->items.empty()) {
    failure.code = text_of(errors->items.front(), "code");
    failure.message = text_of(errors->items.front(), "message");
    return;
  }
  for (const std::string_view name : {"message", "error", "details", "error_description"}) {
    if (failure.message.empty()) failure.message = text_of(document, name);
  }
}

void take_body(const std::string& body, Failure& failure, const Secrets& secrets) {
  try {
    take_document(parse_json(body, max_body), failure);
  } catch (const Error&) {
    failure.message = body;
  }
  failure.code = secrets.shown(failure.code, 40);
  failure.message = secrets.shown(failure.message, longest_message);
}

std::string_view without_port(std::string_view registry) {
  return registry.substr(0, registry.find(':'));
}

void add_permission_help(Error& error, const Failure& failure, std::string_view registry) {
  if (!is_ghcr(without_port(registry))) {
    error.add_help(fmt::format("use credentials that may do this on {}", registry));
    return;
  }
  error.add_help("grant the workflow `permissions: packages: write`");
  if (failure.says("write_package") || failure.says("installation") || failure.says("denied")) {
    error.add_help(
        "or, for a package that was first pushed by hand: Package settings > Manage Actions access > add this "
        "repository "
        "with the role Write");
  }
  if (failure.says("scopes")) error.add_help("a personal access token must be a classic one with `write:packages`");
}

void add_login_help(Error& error, std::string_view registry) {
  if (is_ghcr(without_port(registry)))
    error.add_help("set GITHUB_TOKEN, as `env: GITHUB_TOKEN: ${{ github.token }}` does in a workflow");
  error.add_help(
      fmt::format("log in with `podman login {}`, or set OCIBUILD_USERNAME and OCIBUILD_PASSWORD, which are for the "
                  "registry that is pushed to, else for the one that is read",
                  registry));
}

Error final_error(const Failure& failure, std::string_view registry) {
  const std::string text = describe(failure);
  if (failure.status == 401) {
    Error error{Errc::unauthorized, text};
    add_login_help(error, registry);
    return error;
  }
  if (failure.status == 403) {
    Error error{Errc::denied, text};
    add_permission_help(error, failure, registry);
    return error;
  }
  Error error{failure.status == 404 ? Errc::not_found : Errc::unavailable, text};
  if (failure.status == 413) {
    error.add_help(
        "let the registry, or the proxy in front of it, take larger requests (nginx: client_max_body_size 0)");
  }
  return error;
}

/// What a status means that came without words, as to HEAD.
std::string reason_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 9> reasons{{{401, "unauthorized"},
                                                                     {403, "forbidden"},
                                                                     {404, "not found"},
                                                                     {405, "method not allowed"},
                                                                     {429, "too many requests"},
                                                                     {500, "internal server error"},
                                                                     {502, "bad gateway"},
                                                                     {503, "service unavailable"},
                                                                     {504, "gateway timeout"}}};
  const auto* const found = std::ranges::find(reasons, status, &std::pair<int, std::string_view>::first);
  return found == reasons.end() ? fmt::format("{}", status) : fmt::format("{} {}", status, found->second);
}

}  // namespace

bool is_ghcr(std::string_view host) {
  return host == "ghcr.io" || (host.starts_with("containers.") && host.ends_with(".ghe.com"));
}

bool Failure::says(std::string_view word) const {
  const std::string wanted = to_lower(word);
  return to_lower(code) == wanted || to_lower(message).find(wanted) != std::string::npos;
}

Failure read_failure(HttpResponse& response, std::chrono::seconds unix_time, const Secrets& secrets) {
  Failure failure{.status = response.status, .code = {}, .message = {}, .request_id = {}};
  const std::string body = read_start(*response.body);
  if (!body.empty()) take_body(body, failure, secrets);
  failure.request_id = secrets.shown(response.headers.first("x-github-request-id").value_or(""), 80);
  failure.asked_wait = retry_after(response.headers, unix_time).value_or(wait_in_message(failure.message));
  return failure;
}

std::string describe(const Failure& failure) {
  if (failure.code.empty() && failure.message.empty()) return reason_of(failure.status);
  std::string text = fmt::format("{}", failure.status);
  if (!failure.code.empty()) text += " " + to_lower(failure.code);
  if (failure.message.empty()) return text;
  return fmt::format("{}{} {}", text, failure.code.empty() ? "" : ":", failure.message);
}

void throw_failure(const Failure& failure, std::string_view registry) {
  const auto asked = failure.asked_wait.count() < 0 ? std::nullopt : std::optional{failure.asked_wait};
  const bool secondary = failure.status == 403 && failure.says("secondary rate limit");
  if (secondary || is_transient_status(failure.status)) {
    const TransientCause cause = secondary               ? TransientCause::secondary_limit
                                 : failure.status == 429 ? TransientCause::rate_limit
                                 : failure.status == 500 ? TransientCause::internal_error
                                                         : TransientCause::failure;
    throw TransientError{describe(failure), cause, asked};
  }
  Error error = final_error(failure, registry);
  if (!failure.request_id.empty()) error.add_note(fmt::format("GitHub's request id: {}", failure.request_id));
  throw error;
}

std::chrono::milliseconds wait_in_message(std::string_view message) {
  constexpr std::chrono::milliseconds none{-1};
  constexpr std::string_view field = "retry-after: ";
  const std::size_t at = message.find(field);
  if (at == std::string_view::npos) return none;
  message = message.substr(at + field.size());
  // Go's time.Duration: numbers with units, as in `1m30.5s`.
  constexpr std::array<std::pair<std::string_view, double>, 7> units{
      {{"ms", 1}, {"us", 1e-3}, {"µs", 1e-3}, {"ns", 1e-6}, {"h", 3.6e6}, {"m", 6e4}, {"s", 1e3}}};
  double milliseconds = -1;
  while (!message.empty() && is_digit(message.front())) {
    double number = 0;
    double unit_place = 0;  // 0: before the point
    for (; !message.empty() && (is_digit(message.front()) || message.front() == '.'); message.remove_prefix(1)) {
      if (message.front() == '.') {
        unit_place = 0.1;
      } else if (unit_place == 0) {
        number = number * 10 + (message.front() - '0');
      } else {
        number += unit_place * (message.front() - '0');
        unit_place /= 10;
      }
    }
    const auto unit = std::ranges::find_if(units, [&](const auto& each) { return message.starts_with(each.first); });
    if (unit == units.end()) return none;
    message.remove_prefix(unit->first.size());
    milliseconds = std::min(std::max(milliseconds, 0.0) + number * unit->second, 1e12);
  }
  return milliseconds < 0 ? none : std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(milliseconds))};
}

}  // namespace ocibuild
