// Where a registry sends its clients: credentials go to the registry and its token server alone, and nothing goes to a
// private address or down to plain http. The first line of an input is a Location, the rest a realm.
#include <optional>

#include "network.hpp"
#include "ocibuild/base/error.hpp"
#include "property.hpp"
#include "registry/exchange.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

const HttpOrigin home{.scheme = "https", .host = "registry.example", .port = 443};

bool is_safe(const HttpOrigin& to) {
  return to == home || (to.scheme == "https" && (to.host == home.host || !is_private(to.host)));
}

void check(const HttpRequest& request) {
  require(is_safe(request.url.origin()), "nothing goes where it must not");
  require(!request.headers.first("Authorization") || request.url.origin() == home, "credentials stay at home");
}

template <class Body>
void run(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    require(error.code() != Errc::invalid_argument, "what a server says is no argument of the caller");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Lines lines{bytes, size};
  AnsweringTransport transport{[&](const HttpRequest& request) {
    check(request);
    if (!request.headers.first("Authorization")) return answer(401, {{"WWW-Authenticate", "Basic realm=x"}}, "");
    return answer(request.method == "POST" ? 202 : 307, {{"Location", std::string{lines.first}}}, "");
  }};
  const auto find = [](std::string_view, std::string_view) {
    return std::optional{Credential{.username = "user", .password = "password", .source = "here"}};
  };
  Exchange exchange{transport, sleeping_clock(), {.credentials = find, .retry = {.attempts = 1}}};
  Host& host = exchange.host("registry.example");
  RegistryRequest request{.method = "GET", .url = host.base.resolve("/v2/a/blobs/x"), .headers = {}, .body = {}};
  run([&] { exchange.send(host, request); });
  run([&] {
    request.method = "POST";
    const Answer answer = exchange.send(host, request);
    request.method = "PUT";
    request.url = exchange.location(host, request, answer).with_query("digest", "x");
    exchange.send(host, request);
  });
  run([&] { require(is_safe(require_safe_realm(host.base, lines.rest, {}).origin()), "a realm is safe"); });
  return 0;
}
