// What GitHub says when it does not do what it was asked, and what that means for a person.
#pragma once

#include <chrono>

#include "http/secrets.hpp"
#include "ocibuild/http/transport.hpp"

namespace ocibuild {

/// Whether a request carried a token.
enum class TokenUse { with_token, without_token };

/// What is needed to judge a failure.
struct FailureContext {
  const Secrets& secrets;
  TokenUse token;
  std::chrono::seconds unix_time;          ///< now
  std::chrono::milliseconds longest_wait;  ///< a rate limit that lasts longer is final
};

/// Throws what an answer of the API means that is no success. A rate limit that ends soon, and failures of the server,
/// are TransientError; the others Error{unauthorized, denied, not_found, unavailable} with what to do about it.
///
/// docs.github.com, "Rate limits for the REST API": 403 or 429 with `x-ratelimit-remaining: 0` holds until
/// `x-ratelimit-reset`, with `retry-after` for that time, and a secondary limit without it for at least a minute.
[[noreturn]] void throw_github_failure(HttpResponse& response, const FailureContext& context);

}  // namespace ocibuild
