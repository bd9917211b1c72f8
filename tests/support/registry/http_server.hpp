// The test registry behind a real socket: HTTP/1.1 on 127.0.0.1, with faults that a client sees as a network does them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "support/registry/faults.hpp"
#include "support/registry/memory_registry.hpp"

namespace ocibuild::testing {

struct HttpServerOptions {
  std::uint16_t port = 0;  ///< 0: a free one

  /// Answers targets below `/_test/`, past faults and journal.
  std::function<ServerResponse(const ServerRequest&)> control{};
};

/// Serves until it is destroyed, each connection in a thread of its own. Registry and faults must outlive it.
///
/// Knows keep-alive, chunked bodies and `Expect: 100-continue`: a request that will be refused for want of credentials
/// is refused before its body is sent.
class HttpServer {
 public:
  /// Throws Error{io} when the port is taken.
  HttpServer(MemoryRegistry& registry, Faults& faults, HttpServerOptions options = {});

  /// Breaks off every exchange, also the stalled ones, and closes the port.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const noexcept;

  /// `http://127.0.0.1:PORT`.
  std::string origin() const;

  /// How many connections were ever accepted.
  std::size_t connections() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ocibuild::testing
