// One request to a registry and its answer, with everything that HTTP and tokens need in between.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "http/secrets.hpp"
#include "ocibuild/registry/client.hpp"
#include "registry/authorizer.hpp"
#include "registry/failure.hpp"
#include "registry/scope.hpp"

namespace ocibuild {

/// How a blob goes up (distribution-spec, pushing blobs).
enum class UploadFlow {
  whole,     ///< POST, then one PUT with everything: works nearly everywhere
  streamed,  ///< POST, one PATCH with everything, an empty PUT
  chunked,   ///< POST, PATCHes with Content-Range, an empty PUT
};

/// A registry that is being spoken to.
struct Host {
  Registry registry;
  Url base;                                          ///< `https://host/`
  std::atomic<UploadFlow> flow = UploadFlow::whole;  ///< the one that works there
  std::mutex pace;                                   // guards next_turn
  std::chrono::milliseconds next_turn{};
  std::mutex referrers;                   // held while a list of referrers is read, changed and written
  std::mutex sources;                     // guards refused_sources
  std::set<std::string> refused_sources;  // repositories that nothing may be mounted from

  bool is_ghcr() const { return ocibuild::is_ghcr(registry.origin.host); }
};

/// Where an answer of 3xx may lead a GET or HEAD.
enum class Redirects {
  anywhere,    ///< where it is safe; credentials stay behind
  own_origin,  ///< elsewhere is no answer to the question: the 3xx itself is returned
  nowhere,     ///< it is the answer
};

struct RegistryRequest {
  std::string method = "GET";
  Url url;
  Headers headers;
  std::optional<HttpBody> body;
  Scopes scopes;
  Redirects redirects = Redirects::anywhere;
};

/// An answer, and where it came from at last: what its Location is relative to.
struct Answer {
  HttpResponse response;
  Url url;
  CredentialUse credential = CredentialUse::not_asked_for;
  std::optional<Failure> failure;  ///< when the body had to be read to see what the status means

  int status() const noexcept { return response.status; }
};

/// Where the list goes on of which `answer` is a page; nothing when it is the last. Throws Error{unavailable} for a
/// link that is no URL.
std::optional<Url> next_page_of(const Answer& answer);

/// What the client's functions are made of. Safe for use by several threads at once.
class Exchange {
 public:
  Exchange(Transport& transport, Clock clock, RegistryOptions options);

  /// The host of a registry as it is named in references. Finds out at the first call whether a host that may speak
  /// plain http does. Throws Error{unavailable, invalid_argument}.
  Host& host(const std::string& registry);

  /// Sends once: waits for its turn, authorizes, follows redirects of GET and HEAD, renews the authorization once after
  /// a 401. Throws TransientError for answers that say so; any other status is returned.
  Answer send(Host& host, const RegistryRequest& request);

  /// The same, tried again by the policy.
  Answer send_patiently(Host& host, const RegistryRequest& request);

  /// What `ask`, tried again by the policy, says of something that is sent where it is not there. A registry that was
  /// killed while it wrote answers 500 for ever to who asks for what it was writing, and takes it anew: after three
  /// such answers, or when the last attempt ends in one, it is not there.
  bool is_there(Host& host, const std::function<bool()>& ask);

  /// Throws what an answer that is no success means; reads its body.
  [[noreturn]] void fail(Host& host, const RegistryRequest& request, Answer& answer);

  /// What the body of a failure says, with secrets blanked out.
  const Failure& failure(Answer& answer) const;

  /// The whole body of an answer. Throws TransientError when it breaks off, Error{invalid_document} above `limit`.
  std::string read(const RegistryRequest& request, Answer& answer, std::size_t limit);

  /// The URL that a Location of `answer` names. Nothing is sent to a private address or in plain http on the word of a
  /// public registry: throws Error{denied}. Throws Error{unavailable} when it is missing or no URL.
  Url location(const Host& host, const RegistryRequest& request, const Answer& answer) const;

  /// `asked: PUT https://...`, for the notes of an error.
  std::string asked(const RegistryRequest& request, const Url& url) const;

  /// `error` as it may be shown when what a server wrote got into it.
  Error without_secrets(const Error& error) const;

  Retry& retry() noexcept { return retry_; }

 private:
  HttpResponse send_to(Host& host, const RegistryRequest& request, const Url& url,
                       const std::optional<Authorization>& authorization);
  Answer follow(Host& host, const RegistryRequest& request, const std::optional<Authorization>& authorization);
  bool may_be_stale(const Host& host, Answer& answer, const std::optional<Authorization>& used,
                    std::chrono::milliseconds began) const;
  void wait_for_pace(Host& host);
  void show_warnings(const Headers& headers);
  int ask(const Url& base);
  int ask_in_plain_http(const Url& base);
  Url find_base(const std::string& registry);

  Transport& transport_;
  Clock clock_;
  RegistryOptions options_;
  Secrets secrets_;
  Authorizer authorizer_;
  Retry retry_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
  std::set<std::string> warned_;
};

}  // namespace ocibuild
