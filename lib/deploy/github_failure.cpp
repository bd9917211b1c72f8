// Reading GitHub's failures.
#include "deploy/github_failure.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "ocibuild/base/duration.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"
#include "ocibuild/http/retry.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t max_body = 64 << 10;
constexpr std::size_t longest_message = 200;  // characters

constexpr std::string_view permission_help = "grant the workflow `permissions: actions: read`";
constexpr std::string_view token_help = "set GH_TOKEN, as `env: GH_TOKEN: ${{ github.token }}` does in a workflow";

std::string message_of(HttpResponse& response, const Secrets& secrets) {
  std::string body(max_body, '\0');
  try {
    body.resize(read_fully(*response.body, std::as_writable_bytes(std::span{body})));
    const JsonValue document = parse_json(body, max_body);
    for (const JsonMember& member : document.members) {
      if (member.name == "message" && member.value.kind == JsonValue::Kind::string) body = member.value.text;
    }
  } catch (const Error&) {
    // Whatever stands there then is text, or nothing: the status is the news.
    body.resize(std::min(body.find('\0'), body.size()));
  }
  return secrets.shown(body, longest_message);
}

/// The number in a header field, if it is one.
std::optional<std::int64_t> number(const Headers& headers, std::string_view name) {
  return whole_number<std::int64_t>(headers.first(name).value_or(""));
}

/// How long a rate limit lasts, as far as the answer says.
std::optional<milliseconds> limit_of(const Headers& headers, seconds unix_time) {
  if (const auto wait = retry_after(headers, unix_time)) return wait;
  if (number(headers, "x-ratelimit-remaining") != 0) return {};
  constexpr std::int64_t longest = 1'000'000'000;  // seconds; more is as good as that
  const std::int64_t reset = number(headers, "x-ratelimit-reset").value_or(0);
  const std::int64_t left = std::clamp(reset, unix_time.count(), unix_time.count() + longest) - unix_time.count();
  return seconds{left + 1};  // the field has whole seconds
}

[[noreturn]] void throw_limit(const std::string& text, milliseconds wait, const FailureContext& context) {
  if (wait <= context.longest_wait) throw TransientError{text, TransientCause::rate_limit, wait};
  Error error{Errc::unavailable, text};
  error.add_note(
      fmt::format("GitHub takes requests again in {}", duration_text(std::chrono::ceil<std::chrono::minutes>(wait))));
  if (context.token == TokenUse::without_token) {
    error.add_note("without a token it takes only 60 requests an hour from one address");
    error.add_help(std::string{token_help});
  }
  throw error;
}

/// 404 stands for "there is no such thing" and for "not for you" alike.
Error final_error(int status, const std::string& text, TokenUse token) {
  const bool has_token = token == TokenUse::with_token;
  switch (status) {
    case 401: {
      Error error{Errc::unauthorized, text};
      if (has_token) return error.add_help("the token is not valid (any more): set another GITHUB_TOKEN or GH_TOKEN");
      return error.add_help(std::string{token_help}).add_help(std::string{permission_help});
    }
    case 403:
      return Error{Errc::denied, text}
          .add_help(std::string{has_token ? permission_help : token_help})
          .add_help("a token of another kind needs read access to the repository's actions");
    case 404:
      return Error{Errc::not_found, text}
          .add_help("is the name right? GitHub says the same about a private repository to those who may not read it")
          .add_help(std::string{has_token ? permission_help : token_help});
    default: return Error{Errc::unavailable, text};
  }
}

}  // namespace

void throw_github_failure(HttpResponse& response, const FailureContext& context) {
  const std::string message = message_of(response, context.secrets);
  const std::string text =
      message.empty() ? fmt::format("{}", response.status) : fmt::format("{} {}", response.status, message);
  if (response.status == 403 || response.status == 429) {
    if (const auto wait = limit_of(response.headers, context.unix_time)) throw_limit(text, *wait, context);
    const bool is_secondary = to_lower(message).find("secondary rate limit") != std::string::npos;
    if (is_secondary) throw TransientError{text, TransientCause::secondary_limit};
    if (response.status == 429) throw TransientError{text, TransientCause::rate_limit};
  }
  if (is_transient_status(response.status)) {
    throw TransientError{text, TransientCause::failure, retry_after(response.headers, context.unix_time)};
  }
  Error error = final_error(response.status, text, context.token);
  const std::string request_id = context.secrets.shown(response.headers.first("x-github-request-id").value_or(""), 80);
  if (!request_id.empty()) error.add_note(fmt::format("GitHub's request id: {}", request_id));
  throw error;
}

}  // namespace ocibuild
