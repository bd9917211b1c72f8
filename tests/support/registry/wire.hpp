// HTTP/1.1 (RFC 9112) as the test server speaks it. Private to the test registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/registry/connection.hpp"
#include "support/registry/message.hpp"

namespace ocibuild::testing {

/// A request whose body has not been read.
struct RequestHead {
  ServerRequest request;
  std::uint64_t length = 0;
  bool chunked = false;
  bool expects_continue = false;
  bool keeps_alive = true;
};

/// The next request of the connection; nothing when the other side has closed, or does not speak HTTP.
std::optional<RequestHead> read_head(Connection& connection, const std::string& own_origin);

/// How a body is read: at most `limit` bytes, `step` at a time with pauses between.
struct BodyPace {
  std::uint64_t limit = UINT64_MAX;
  std::uint64_t step = UINT64_MAX;
  std::chrono::milliseconds pause{0};
};

/// Reads the body of that request into it.
void read_body(Connection& connection, RequestHead& head, const BodyPace& pace);

/// The head of an answer as it is sent, up to the empty line. `closes` adds `Connection: close`.
std::string head_text(const ServerResponse& response, bool closes);

}  // namespace ocibuild::testing
