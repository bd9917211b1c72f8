// Where a registry answers: by TLS, or in plain http where that is allowed.
#include <fmt/format.h>

#include "ocibuild/http/curl_transport.hpp"
#include "registry/exchange.hpp"

namespace ocibuild {
namespace {

std::string api_host(const std::string& registry) {
  return registry == "docker.io" || registry == "index.docker.io" ? "registry-1.docker.io" : registry;
}

}  // namespace

/// The status of `/v2/`. Whose certificate the host shows matters to the first real request.
int Exchange::ask(const Url& base) {
  const Url url = base.resolve("/v2/");
  return transport_
      .send({.method = "HEAD", .url = url, .headers = {}, .body = {}, .certificates = Certificates::ignore})
      .status;
}

int Exchange::ask_in_plain_http(const Url& base) {
  try {
    return ask(base);
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable || dynamic_cast<const UnreachableError*>(&error) != nullptr) throw;
    TransientError transient{error.what()};
    transient.add_note(fmt::format("asked: HEAD {}v2/", base.redacted()));
    throw transient;
  }
}

/// https, unless the host may speak plain http and does not answer to TLS.
Url Exchange::find_base(const std::string& registry) {
  const Url https = Url::parse(fmt::format("https://{}/", api_host(registry)));
  const Url http = Url::parse(fmt::format("http://{}/", api_host(registry)));
  const bool may_be_plain = is_loopback(https.origin().host) || names_host(options_.insecure_hosts, https.origin()) ||
                            names_host(options_.insecure_hosts, http.origin());
  if (!may_be_plain) return https;
  return retry_.run(registry, [&] {
    std::string broken;
    try {
      ask(https);
      return https;
    } catch (const PlainHttpError&) {
      return http;
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable) throw;
      broken = error.what();
    }
    // Servers of TLS say 400 to plain http: then it was the connection that broke, not the protocol.
    if (ask_in_plain_http(http) == 400) throw TransientError{broken};
    return http;
  });
}

}  // namespace ocibuild
