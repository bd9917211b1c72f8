// One connection from its first request to its end. Private to the test registry.
#pragma once

#include <string>

#include "support/registry/connection.hpp"
#include "support/registry/faults.hpp"
#include "support/registry/http_server.hpp"

namespace ocibuild::testing {

/// What connections are served from.
struct Service {
  MemoryRegistry& registry;
  Faults& faults;
  HttpServerOptions options;
  std::string origin;
};

/// Answers request after request. Returns when the connection is over; Disconnected and other exceptions end it, too.
void serve(Connection& connection, const Service& service);

}  // namespace ocibuild::testing
