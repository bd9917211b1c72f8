// GitHub's REST API: reading pages of JSON, and downloading files from where it sends its clients.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/secrets.hpp"
#include "ocibuild/deploy/github.hpp"
#include "spec/json.hpp"

namespace ocibuild {

/// A page of an answer.
struct GithubPage {
  JsonValue document;
  std::optional<Url> next;  ///< where the list goes on; of the API's own origin
};

/// Tries again what may work later, and says what failed with what was asked. The token goes to the API's origin alone.
class GithubApi {
 public:
  /// The transport lives longer. Throws Error{invalid_argument} for plain http to another machine.
  GithubApi(Transport& transport, const Clock& clock, const GithubOptions& options);

  /// The address of `path`, which begins with `/`.
  Url url(std::string_view path) const;

  /// Throws Error{not_found, unauthorized, denied, unavailable}, and {invalid_document} for what is not JSON.
  GithubPage read_page(const Url& url);

  /// The file behind redirects, which may lead to another host; nothing when it is gone (404 and 410). Throws
  /// Error{unauthorized, denied, unavailable}, and {digest_mismatch} for more than `limit` bytes.
  std::optional<std::string> download(const Url& url, std::size_t limit);

  /// What GitHub wrote, fit to be shown: one clean line without the token.
  std::string shown(std::string_view text) const { return secrets_.shown(text, 200); }

 private:
  /// An answer, and what was asked last.
  struct Answer {
    HttpResponse response;
    Url url;
  };

  /// How far redirects are followed.
  enum class Redirects { own_origin, anywhere };

  Answer send(const Url& url);
  Answer follow(const Url& url, Redirects redirects);
  Url location(const Answer& answer) const;
  std::optional<Url> next_page(const Answer& answer) const;
  std::string read(const Answer& answer, std::size_t limit) const;
  [[noreturn]] void fail(Answer& answer) const;
  bool is_own(const Url& url) const { return url.origin() == options_.api.origin(); }
  std::string asked(const Url& url) const;

  Transport& transport_;
  Clock clock_;
  GithubOptions options_;
  Secrets secrets_;
  Retry retry_;
};

}  // namespace ocibuild
