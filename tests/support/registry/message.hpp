// One HTTP exchange as values, before any wire: what the test registry is asked, and what it answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/http/headers.hpp"

namespace ocibuild::testing {

struct ServerRequest {
  std::string method = "GET";
  std::string target;  ///< path and query, as they were sent
  Headers headers;
  std::string body;
  std::string origin = "http://registry.test";  ///< whom the client believes to speak to: `scheme://host[:port]`
};

struct ServerResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

/// Something like `name=value` in a query or a form, decoded.
struct Parameter {
  std::string name;
  std::string value;
};

/// The fields of a query or of a form (application/x-www-form-urlencoded), in their order.
class Parameters {
 public:
  explicit Parameters(std::string_view encoded);

  std::optional<std::string> first(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<Parameter> parameters_;
};

/// The target of a request, taken apart.
struct Target {
  explicit Target(std::string_view text);

  std::string path;
  std::string query;  ///< as it was sent, without `?`
  Parameters parameters;
};

/// An answer in the form of registries: `{"errors":[{"code":CODE,"message":MESSAGE}]}`.
ServerResponse refuse(int status, std::string_view code, std::string_view message);

/// What a server adds to any answer: Content-Length, unless it is there, and no body after HEAD, 204 and 304.
void complete(ServerResponse& response, std::string_view method);

}  // namespace ocibuild::testing
