// The door to the network: one request, one answer. Redirects, retries and credentials are decided above it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/http/headers.hpp"
#include "ocibuild/http/url.hpp"

namespace ocibuild {

/// What a request carries. It can be opened again, because a retried request starts again.
struct HttpBody {
  std::uint64_t size = 0;  ///< bytes that `open` gives
  std::function<std::unique_ptr<Source>()> open;
};

/// A body held in memory.
HttpBody memory_body(std::string content);

/// Whether the other side must prove who it is.
enum class Certificates {
  verify,
  ignore,  ///< only to find out whether somebody speaks TLS there: nothing of value is sent, nothing heard is believed
};

/// A request. Content-Length follows from the body; PUT, POST and PATCH without one send `Content-Length: 0`.
struct HttpRequest {
  std::string method = "GET";
  Url url;
  Headers headers;
  std::optional<HttpBody> body;
  Certificates certificates = Certificates::verify;

  /// How long everything may take, from the call to the last byte of the answer; nothing: as long as it moves. For what
  /// is small and asked for again. Shorter than the transport's own deadlines, which still hold.
  std::optional<std::chrono::milliseconds> deadline = std::nullopt;
};

/// An answer whose head has arrived. The body arrives while it is read.
struct HttpResponse {
  int status = 0;
  Headers headers;
  std::unique_ptr<Source> body;  ///< never null; a read throws Error{unavailable} when the connection breaks
};

/// An Error{unavailable} that trying again does not mend: there is no host of that name, or one of those below.
class UnreachableError : public Error {
 public:
  explicit UnreachableError(std::string message) : Error{Errc::unavailable, std::move(message)} {}
};

/// The other side's certificate is not accepted.
class CertificateError final : public UnreachableError {
  using UnreachableError::UnreachableError;
};

/// The other side does not speak TLS.
class PlainHttpError final : public UnreachableError {
  using UnreachableError::UnreachableError;
};

/// Sends requests. Safe for use by several threads at once.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends the request and waits for the head of the answer, of any status: redirects are answers too. Abandons the
  /// transfer when the response is destroyed before its end.
  ///
  /// Throws Error{unavailable} when there was no answer: connection, time-out; UnreachableError. What the body's source
  /// throws comes out unchanged.
  virtual HttpResponse send(const HttpRequest& request) = 0;
};

}  // namespace ocibuild
