// One request to a MemoryRegistry, in one line.
#pragma once

#include <string>
#include <utility>

#include "support/registry/memory_registry.hpp"

namespace ocibuild::testing {

/// The journal has it, too.
inline ServerResponse ask(MemoryRegistry& registry, std::string method, std::string target, std::string body = {},
                          Headers headers = {}) {
  return registry.answer({.method = std::move(method),
                          .target = std::move(target),
                          .headers = std::move(headers),
                          .body = std::move(body)});
}

/// A header of the answer; empty when there is none.
inline std::string header(const ServerResponse& response, std::string_view name) {
  return response.headers.first(name).value_or("");
}

/// The path and query of a URL with or without an origin.
inline std::string target_of(const std::string& location) {
  const std::size_t origin = location.find("://");
  return origin == std::string::npos ? location : location.substr(location.find('/', origin + 3));
}

/// True when the answer is that error of a registry.
inline bool is_error(const ServerResponse& response, int status, std::string_view code) {
  return response.status == status && response.body.find("\"code\":\"" + std::string{code} + "\"") != std::string::npos;
}

}  // namespace ocibuild::testing
