// The answer of a token server: a token that fits a header field with a sensible lifetime, or an error.
#include "registry/token.hpp"
#include "network.hpp"
#include "ocibuild/base/error.hpp"
#include "property.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(bytes), size};
  AnsweringTransport transport{[&](const HttpRequest&) { return answer(200, {}, body); }};
  const TokenServer server{.realm = Url::parse("https://auth.example/token"), .service = "registry.example"};
  const Scopes scopes = push_to("a");
  try {
    const Token token = fetch_token(transport, {"registry.example", server, scopes, {}}, {});
    require(!token.value.empty() && token.value.size() < 64 << 10, "a token is there, and fits");
    require(std::ranges::all_of(token.value, [](char c) { return c > ' ' && c < 0x7f; }), "a token is printable");
    require(token.lifetime.count() >= 60 && token.lifetime.count() <= 24 * 3600, "a token lives a minute to a day");
  } catch (const Error& error) {
    require(error.code() == Errc::unavailable, "an answer that is no token means that there is none now");
  }
  return 0;
}
