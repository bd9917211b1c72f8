// Parsing, resolving and showing URLs.
#include "ocibuild/http/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "http/address.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

/// Without the text itself, which may hold a secret.
[[noreturn]] void refuse(std::string_view why) {
  throw Error{Errc::invalid_argument, fmt::format("a URL {}", why)};
}

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

std::uint16_t parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65535) {
    refuse("has a port that is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

std::string parse_host(std::string_view text) {
  const bool is_name =
      std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
  if (text.empty() || !is_name) refuse("has a host with characters that no host name has");
  return to_lower(text);
}

HttpOrigin parse_origin(std::string_view scheme, std::string_view authority) {
  if (authority.find('@') != std::string_view::npos) refuse("holds a user name or password");
  HttpOrigin origin{.scheme = std::string{scheme}, .host = {}, .port = default_port(scheme)};
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) refuse("has a `[` without `]`");
    origin.host = to_lower(authority.substr(1, end - 1));
    if (origin.host.find(':') == std::string::npos || !literal_address(origin.host))
      refuse("has brackets around something other than IPv6");
    port = authority.substr(end + 1);
    if (!port.empty() && port.front() != ':') refuse("has characters between the host and the port");
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    origin.host = parse_host(authority.substr(0, colon));
    port = authority.substr(colon);
  }
  if (!port.empty()) origin.port = parse_port(port.substr(1));
  return origin;
}

void require_printable(std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  if (!printable) refuse("has spaces, backslashes, control or non-ASCII characters");
}

/// RFC 3986 5.2.4, for a path that begins with `/`.
std::string without_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/..") result.resize(std::min(result.rfind('/'), result.size()));
    if (segment != "/." && segment != "/..") {
      result += segment;
    } else if (path.empty()) {
      result += '/';
    }
  }
  return result;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// Parameters of registries' URLs that say nothing secret.
constexpr std::array<std::string_view, 11> harmless_parameters = {
    "account", "artifactType", "client_id", "digest", "from", "last", "mount", "n", "ns", "scope", "service"};

}  // namespace

std::string to_string(const HttpOrigin& origin) {
  const std::string port = origin.port == default_port(origin.scheme) ? "" : fmt::format(":{}", origin.port);
  return fmt::format("{}://{}{}", origin.scheme, bracketed(origin.host), port);
}

bool is_loopback(std::string_view host) noexcept {
  if (const auto address = literal_address(host)) return is_loopback(*address);
  return host == "localhost" || host.ends_with(".localhost");
}

bool is_private(std::string_view host) noexcept {
  if (const auto address = literal_address(host)) return is_private(*address);
  return is_loopback(host);
}

Url Url::parse(std::string_view text) {
  text = text.substr(0, text.find('#'));
  require_printable(text);
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) refuse("has no `http://` or `https://` in front");
  const std::string scheme = to_lower(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") refuse("has a scheme other than http and https");
  text.remove_prefix(colon + 3);
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  Url url;
  url.origin_ = parse_origin(scheme, text.substr(0, authority_end));
  text.remove_prefix(authority_end);
  const std::size_t path_end = std::min(text.find('?'), text.size());
  url.path_ = path_end == 0 ? "/" : std::string{text.substr(0, path_end)};
  if (path_end < text.size()) url.query_ = text.substr(path_end + 1);
  return url;
}

Url Url::resolve(std::string_view reference) const {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) refuse("is empty");
  const std::size_t first_end = std::min(reference.find_first_of("/?"), reference.size());
  if (reference.substr(0, first_end).ends_with(':') && reference.substr(first_end).starts_with("//")) {
    return parse(reference);
  }
  const std::string site = to_string(origin_);
  if (reference.starts_with("//")) return parse(origin_.scheme + ":" + std::string{reference});
  if (reference.front() == '/') return parse(site + std::string{reference});
  if (reference.front() == '?') return parse(site + path_ + std::string{reference});
  if (origin_.scheme + "://" + to_lower(reference.substr(0, first_end)) == site) {
    return parse(site + std::string{reference.substr(first_end)});
  }
  const std::size_t query = std::min(reference.find('?'), reference.size());
  const std::string directory = path_.substr(0, path_.rfind('/') + 1);
  return parse(site + without_dot_segments(directory + std::string{reference.substr(0, query)}) +
               std::string{reference.substr(query)});
}

Url Url::with_query(std::string_view name, std::string_view value) const {
  Url url = *this;
  if (!url.query_.empty()) url.query_ += '&';
  url.query_ += fmt::format("{}={}", percent_encoded(name), percent_encoded(value));
  return url;
}

std::string Url::string() const {
  return to_string(origin_) + path_ + (query_.empty() ? "" : "?" + query_);
}

std::string Url::redacted() const {
  std::string text = to_string(origin_) + path_;
  std::string_view rest = query_;
  for (char separator = '?'; !rest.empty(); separator = '&') {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view name = parameter.substr(0, equals);
    const bool harmless = std::ranges::find(harmless_parameters, name) != harmless_parameters.end();
    text += separator;
    text += harmless ? std::string{parameter} : equals == parameter.size() ? "..." : std::string{name} + "=...";
  }
  return text;
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_alphanumeric(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace ocibuild
