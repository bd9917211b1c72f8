// The real transport: libcurl, one thread for all transfers.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/http/transport.hpp"

namespace ocibuild {

/// Proxies as `http://host:port`; empty: none. `none` lists hosts that are reached directly, as NO_PROXY does; loopback
/// hosts always are.
struct ProxySettings {
  std::string http;
  std::string https;
  std::string none;
};

struct CurlOptions {
  std::string user_agent = "ocibuild";
  ProxySettings proxy;
  std::filesystem::path ca_file;            ///< certificate authorities beside the system's; empty: only those
  std::vector<std::string> insecure_hosts;  ///< `host` or `host:port` whose certificates are not checked

  /// There is no limit on the whole time of a transfer, only on standing still.
  std::chrono::milliseconds connect_timeout{30'000};  ///< name, connection and TLS together
  std::chrono::milliseconds stall_timeout{60'000};    ///< no byte moved in either direction
  std::chrono::milliseconds answer_timeout{120'000};  ///< from the last byte of the request to the answer

  /// Told one line for each answer and failure, without any secret; from any thread, one at a time.
  std::function<void(std::string_view line)> log;
};

/// Keeps connections open for the next request to the same host, uses HTTP/2 where a TLS server offers it, and runs any
/// number of transfers at once in one thread of its own. Memory is bounded for each transfer, whatever its size.
class CurlTransport final : public Transport {
 public:
  /// Throws Error{invalid_argument} when a proxy is no address, {not_found} when there is no file of certificate
  /// authorities, {invalid_document} when it holds none, {io}.
  explicit CurlTransport(CurlOptions options);
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  /// Outlives every response of it.
  ~CurlTransport() override;

  HttpResponse send(const HttpRequest& request) override;

 private:
  class Loop;
  CurlOptions options_;
  std::unique_ptr<Loop> loop_;
};

/// True when `origin` is among `hosts`, each of which is `host` (then any port counts) or `host:port`.
bool names_host(const std::vector<std::string>& hosts, const HttpOrigin& origin);

}  // namespace ocibuild
