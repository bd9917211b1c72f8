// URLs of http and https (RFC 3986), as far as registries need them: parsed once, compared by origin, never assembled
// from untrusted parts without encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ocibuild {

/// Scheme, host and port: whom credentials belong to (RFC 6454).
struct HttpOrigin {
  std::string scheme;  ///< `http` or `https`
  std::string host;    ///< lower case; an IPv6 literal without its brackets
  std::uint16_t port = 0;

  friend bool operator==(const HttpOrigin&, const HttpOrigin&) = default;
};

/// `scheme://host[:port]`, without the port that the scheme implies.
std::string to_string(const HttpOrigin& origin);

/// True for `localhost`, `*.localhost` and literals of a loopback address.
bool is_loopback(std::string_view host) noexcept;

/// True for literals of private, link-local, unspecified and loopback addresses, and for names of the machine itself.
bool is_private(std::string_view host) noexcept;

/// An absolute URL. Path and query stay as they were written, byte for byte.
class Url {
 public:
  /// Throws Error{invalid_argument} for another scheme, userinfo, control characters, bad ports. Drops the fragment.
  static Url parse(std::string_view text);

  /// Resolves a reference found in an answer to this URL, as in Location: absolute, `//host/path`, `/path`, `path`,
  /// `?query`, and `host/path` as some registries write it. Throws as `parse`.
  Url resolve(std::string_view reference) const;

  /// This URL with `name=value`, percent-encoded, appended to its query.
  Url with_query(std::string_view name, std::string_view value) const;

  const HttpOrigin& origin() const noexcept { return origin_; }
  const std::string& path() const noexcept { return path_; }    ///< begins with `/`
  const std::string& query() const noexcept { return query_; }  ///< without `?`

  /// The whole URL.
  std::string string() const;

  /// For people and logs: every value of the query that may be a secret is replaced by `...`.
  std::string redacted() const;

  friend bool operator==(const Url&, const Url&) = default;

 private:
  HttpOrigin origin_;
  std::string path_;
  std::string query_;
};

/// Percent-encodes everything but RFC 3986's unreserved characters.
std::string percent_encoded(std::string_view text);

}  // namespace ocibuild
