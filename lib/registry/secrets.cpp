// Blanking out secrets.
#include "registry/secrets.hpp"

#include "ocibuild/http/url.hpp"
#include "spec/base64.hpp"

namespace ocibuild {

void Secrets::add(std::string_view secret) {
  if (secret.size() < 4) return;
  const std::lock_guard lock{mutex_};
  spellings_.insert({std::string{secret}, encode_base64(secret), percent_encoded(secret)});
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

}  // namespace ocibuild
