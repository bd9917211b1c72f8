// libcurl's options for one transfer.
#include <algorithm>
#include <cstdint>
#include <new>

#include <curl/curl.h>
#include <fmt/format.h>

#include "http/curl_transfer.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
    throw Error{Errc::io, fmt::format("libcurl does not take an option: {}", curl_easy_strerror(code))};
  }
}

void require_one_line(const Header& header) {
  const auto harmless = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; };
  if (!header.name.empty() && std::ranges::all_of(header.name, harmless) && std::ranges::all_of(header.value, harmless))
    return;
  throw Error{Errc::invalid_argument, fmt::format("the header field {} holds control characters", quote(header.name))};
}

/// Go, and so the tools that people know, also reads `*.example.com` and `host:port`, which libcurl does not.
std::string hosts_without_proxy(std::string_view list, const HttpOrigin& origin) {
  std::string hosts;
  const std::string port = fmt::format(":{}", origin.port);
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    std::string_view host = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (host == "*") return "*";
    if (host.starts_with("*.")) host.remove_prefix(1);
    const bool has_port = host.find(':') == host.rfind(':') || host.starts_with('[');  // else it is IPv6
    if (has_port && host.ends_with(port)) host.remove_suffix(port.size());
    hosts.append(host).push_back(',');
  }
  return hosts;
}

}  // namespace

void CurlTransfer::configure(const CurlOptions& options) {
  CURL* easy = easy_;
  set(easy, CURLOPT_URL, request_.url.string().c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);  // what a server names is sent back as it was written
  set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  if (request_.deadline) {
    // 0 would mean none.
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request_.deadline->count(), 1)));
#if LIBCURL_VERSION_NUM >= 0x075700
    // Otherwise libcurl waits for a name server that does not answer, in the thread that all transfers share.
    set(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  }
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_BUFFERSIZE, 256L << 10);
  set(easy, CURLOPT_WRITEFUNCTION, body_callback);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy, CURLOPT_HEADERFUNCTION, header_callback);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  configure_security(options);
  configure_method();
  for (const Header& header : request_.headers) add_header(header);
  set(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(header_list_));
}

void CurlTransfer::configure_security(const CurlOptions& options) {
  const HttpOrigin& origin = request_.url.origin();
  set(easy_, CURLOPT_PROTOCOLS_STR, origin.scheme.c_str());
  // As in Go, and so in the tools that people know, loopback hosts are never asked through a proxy.
  const std::string& proxy = origin.scheme == "https" ? options.proxy.https : options.proxy.http;
  set(easy_, CURLOPT_PROXY, is_loopback(origin.host) ? "" : proxy.c_str());
  set(easy_, CURLOPT_NOPROXY, hosts_without_proxy(options.proxy.none, origin).c_str());
  if (!options.ca_file.empty()) set(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  if (request_.certificates == Certificates::ignore) {
    set(easy_, CURLOPT_CAINFO, static_cast<const char*>(nullptr));  // reading them takes longer than the request
    set(easy_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (names_host(options.insecure_hosts, origin) || request_.certificates == Certificates::ignore) {
    set(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void CurlTransfer::configure_method() {
  const std::string& method = request_.method;
  const bool sends = request_.body || method == "PUT" || method == "POST" || method == "PATCH";
  if (sends) {
    set(easy_, CURLOPT_UPLOAD, 1L);
    set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body ? request_.body->size : 0));
    set(easy_, CURLOPT_READFUNCTION, upload_callback);
    set(easy_, CURLOPT_READDATA, static_cast<void*>(this));
  } else if (method == "HEAD") {
    set(easy_, CURLOPT_NOBODY, 1L);
  }
  if (method != "GET" && method != "HEAD") set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
  upload_ended_ = !request_.body;
}

void CurlTransfer::add_header(const Header& header) {
  require_one_line(header);
  const std::string line = header.value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, header.value);
  curl_slist* longer = curl_slist_append(static_cast<curl_slist*>(header_list_), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  header_list_ = longer;
}

std::size_t CurlTransfer::body_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  return static_cast<CurlTransfer*>(self)->on_body(as_bytes({data, size * count}));
}

std::size_t CurlTransfer::header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  return static_cast<CurlTransfer*>(self)->on_header({data, size * count});
}

std::size_t CurlTransfer::upload_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  return static_cast<CurlTransfer*>(self)->on_upload(std::as_writable_bytes(std::span{data, size * count}));
}

}  // namespace ocibuild
