// What a registry says when it does not do what it was asked, and what that means for a person.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/secrets.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/http/transport.hpp"

namespace ocibuild {

/// An answer that is no success, read to the end or to 64 KiB.
struct Failure {
  int status = 0;
  std::string code;                          ///< of the registry, as `MANIFEST_UNKNOWN`; empty: none was given
  std::string message;                       ///< clean text of at most 200 characters; empty: none was given
  std::string request_id;                    ///< GitHub's, which its support asks for; empty: none
  std::chrono::milliseconds asked_wait{-1};  ///< from Retry-After or GHCR's message; negative: none

  /// True when `word` is the code or stands in the message, whatever the case.
  bool says(std::string_view word) const;
};

/// Reads the body of a failure: the registries' `errors` list, other JSON with a message, or any text
/// (distribution-spec, error codes). What it says comes without `secrets`. Never throws for what it finds.
Failure read_failure(HttpResponse& response, std::chrono::seconds unix_time, const Secrets& secrets);

/// `403 denied: permission_denied: write_package`.
std::string describe(const Failure& failure);

/// Throws what the failure of a request to `registry` means: TransientError, or an Error that is final:
/// {unauthorized, denied, not_found, unavailable}, with what to do about it.
[[noreturn]] void throw_failure(const Failure& failure, std::string_view registry);

/// True for ghcr.io, and for what GitHub runs for those who keep their data elsewhere; `host` is without port.
bool is_ghcr(std::string_view host);

/// The time in `retry-after: 10.305464ms, allowed: 2000/minute`, as GHCR writes it; negative: none.
std::chrono::milliseconds wait_in_message(std::string_view message);

}  // namespace ocibuild
