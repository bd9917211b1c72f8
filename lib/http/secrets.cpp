// Blanking out secrets.
#include "http/secrets.hpp"

#include <algorithm>

#include "ocibuild/http/url.hpp"
#include "spec/base64.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

/// Without padding, which not everybody writes.
std::string base64(std::string_view secret) {
  const std::string text = encode_base64(secret);
  return text.substr(0, text.find_last_not_of('=') + 1);
}

/// The alphabet of RFC 4648, section 5.
std::string for_urls(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

/// With the digits of RFC 3986's other spelling.
std::string with_lower_digits(std::string text) {
  for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 3)) {
    text.replace(at, 3, to_lower(text.substr(at, 3)));
  }
  return text;
}

}  // namespace

void Secrets::add(std::string_view secret) {
  if (secret.size() < 4) return;
  const std::lock_guard lock{mutex_};
  const std::string encoded = percent_encoded(secret);
  spellings_.insert(
      {std::string{secret}, base64(secret), for_urls(base64(secret)), encoded, with_lower_digits(encoded)});
}

std::string Secrets::redacted(std::string text) const {
  const std::lock_guard lock{mutex_};
  for (const std::string& secret : spellings_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

std::string Secrets::shown(std::string_view foreign, std::size_t limit) const {
  // Cleaned first, because an escape sequence may stand in the middle of a secret; cut last, because half a secret is
  // one, too.
  return clean_line(redacted(clean_line(foreign, foreign.size())), limit);
}

}  // namespace ocibuild
