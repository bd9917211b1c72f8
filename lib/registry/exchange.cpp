// Sending a request to a registry.
#include "registry/exchange.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "http/redirect.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/http/curl_transport.hpp"
#include "ocibuild/http/link.hpp"

namespace ocibuild {
namespace {

constexpr int max_redirects = 10;
constexpr std::chrono::milliseconds ghcr_pace{50};  // 20 requests a second; GHCR's limit is 2000 a minute
constexpr std::string_view secondary_limit = "secondary rate limit";

bool follows_redirects(const RegistryRequest& request) {
  return request.redirects != Redirects::nowhere && (request.method == "GET" || request.method == "HEAD");
}

/// Behind a proxy that ends TLS, a registry may believe that it speaks http; its own host is meant.
Url upgraded(const HttpOrigin& registry, const Url& url) {
  const bool misled = registry.scheme == "https" && url.origin().scheme == "http" &&
                      url.origin().host == registry.host &&
                      (url.origin().port == 80 || url.origin().port == registry.port);
  if (!misled) return url;
  return Url::parse(to_string(registry) + url.path() + (url.query().empty() ? "" : "?" + url.query()));
}

Url resolved(const Answer& answer, const Registry& registry, const std::string& location) {
  try {
    return upgraded(registry.origin, answer.url.resolve(location));
  } catch (const Error& error) {
    throw Error{Errc::unavailable,
                fmt::format("{} with a Location that cannot be used: {}", answer.status(), error.what())};
  }
}

/// Where an answer leads that is not followed, such as a front that wants a login; empty: nowhere.
std::string led_to(const Answer& answer) {
  const auto location = is_redirect(answer.status()) ? answer.response.headers.first("Location") : std::nullopt;
  try {
    return location ? answer.url.resolve(*location).redacted() : "";
  } catch (const Error&) {
    return "";
  }
}

std::string help_for(const UnreachableError& error, const std::string& registry) {
  if (dynamic_cast<const CertificateError*>(&error) != nullptr) {
    const std::string_view text = error.what();
    const std::string_view mend = text.find("expired") != std::string_view::npos ? "have the certificate renewed"
                                  : text.find("subject name") != std::string_view::npos
                                      ? "use a name that the certificate is for"
                                      : "name the certificate authority with --ca-file";
    return fmt::format("{}, or trust the host unseen with --insecure {}", mend, registry);
  }
  if (dynamic_cast<const PlainHttpError*>(&error) != nullptr) {
    return fmt::format("if it is to be spoken to in plain http, say --insecure {}", registry);
  }
  return "is the name right, and is there a network?";
}

}  // namespace

Exchange::Exchange(Transport& transport, Clock clock, RegistryOptions options)
    : transport_{transport},
      clock_{clock},
      options_{options},
      authorizer_{transport, clock, options.credentials, secrets_},
      retry_{clock, options.retry, options.waits} {}

Host& Exchange::host(const std::string& registry) {
  const std::lock_guard lock{mutex_};
  std::unique_ptr<Host>& entry = hosts_[registry];
  if (!entry) {
    const Url base = find_base(registry);
    entry = std::make_unique<Host>();
    entry->base = base;
    entry->registry = {.name = registry, .origin = base.origin()};
  }
  return *entry;
}

void Exchange::wait_for_pace(Host& host) {
  if (!host.is_ghcr()) return;
  std::chrono::milliseconds wait{0};
  {
    const std::lock_guard lock{host.pace};
    const std::chrono::milliseconds now = clock_.now();
    const std::chrono::milliseconds turn = std::max(now, host.next_turn);
    host.next_turn = turn + ghcr_pace;
    wait = turn - now;
  }
  if (wait.count() > 0) clock_.sleep(wait);
}

HttpResponse Exchange::send_to(Host& host, const RegistryRequest& request, const Url& url,
                               const std::optional<Authorization>& authorization) {
  HttpRequest sent{.method = request.method, .url = url, .headers = request.headers, .body = request.body};
  if (authorization && url.origin() == host.registry.origin) sent.headers.add("Authorization", authorization->value);
  try {
    HttpResponse response = transport_.send(sent);
    show_warnings(response.headers);
    return response;
  } catch (UnreachableError& error) {
    error.add_note(asked(request, url));
    error.add_help(help_for(error, host.registry.name));
    throw;
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    TransientError transient{error.what()};
    transient.add_note(asked(request, url));
    throw transient;
  }
}

Answer Exchange::follow(Host& host, const RegistryRequest& request, const std::optional<Authorization>& authorization) {
  Answer answer{.response = send_to(host, request, request.url, authorization),
                .url = request.url,
                .credential = authorization ? CredentialUse::sent : CredentialUse::not_asked_for,
                .failure = {}};
  for (int count = 0; is_redirect(answer.status()) && follows_redirects(request); ++count) {
    if (count == max_redirects) {
      throw Error{Errc::unavailable, fmt::format("more than {} redirects", max_redirects)}.add_note(
          asked(request, request.url));
    }
    const Url next = location(host, request, answer);
    if (request.redirects == Redirects::own_origin && next.origin() != host.registry.origin) break;
    answer.response = send_to(host, request, next, authorization);
    answer.url = next;
  }
  return answer;
}

/// GHCR answers 403, not 401, to a token that it does not know any more, and sometimes to one that it does
/// (goreleaser#1977). One that was got for this very request is neither.
bool Exchange::may_be_stale(const Host& host, Answer& answer, const std::optional<Authorization>& used,
                            std::chrono::milliseconds began) const {
  return answer.status() == 403 && host.is_ghcr() && used && used->value.starts_with("Bearer ") &&
         used->since < began && !failure(answer).says(secondary_limit);
}

Answer Exchange::send(Host& host, const RegistryRequest& request) {
  retry_.wait_for_turn(host.registry.name);
  wait_for_pace(host);
  const std::chrono::milliseconds began = clock_.now();
  const auto authorization = authorizer_.authorization(host.registry, request.scopes);
  Answer answer = follow(host, request, authorization);
  const bool own = answer.url.origin() == host.registry.origin;
  if (own && (answer.status() == 401 || may_be_stale(host, answer, authorization, began))) {
    const auto next =
        authorizer_.renewed(host.registry, request.scopes, answer.url, answer.response.headers, authorization);
    if (next) answer = follow(host, request, next);
  }
  const bool is_limit = answer.status() == 403 && failure(answer).says(secondary_limit);
  if (is_limit || is_transient_status(answer.status())) fail(host, request, answer);
  return answer;
}

Answer Exchange::send_patiently(Host& host, const RegistryRequest& request) {
  return retry_.run(host.registry.name, [&] { return send(host, request); });
}

bool Exchange::is_there(Host& host, const std::function<bool()>& ask) {
  int internal_errors = 0;
  bool ends_in_one = false;
  try {
    return retry_.run(host.registry.name, [&] {
      ends_in_one = false;
      if (internal_errors == 3) return false;
      try {
        return ask();
      } catch (const TransientError& error) {
        ends_in_one = error.cause() == TransientCause::internal_error;
        if (ends_in_one) ++internal_errors;
        throw;
      }
    });
  } catch (const Error&) {
    if (ends_in_one) return false;  // the attempts before were spent on waiting for the registry to come back
    throw;
  }
}

const Failure& Exchange::failure(Answer& answer) const {
  if (!answer.failure) {
    answer.failure = read_failure(answer.response, clock_.unix_time(), secrets_);
  }
  return *answer.failure;
}

void Exchange::fail(Host& host, const RegistryRequest& request, Answer& answer) {
  try {
    throw_failure(failure(answer), host.registry.name);
  } catch (Error& error) {
    error.add_note(asked(request, answer.url));
    if (const std::string to = led_to(answer); !to.empty()) {
      error.add_note(fmt::format("it leads to {}, which is not followed", secrets_.redacted(to)));
    }
    const bool refused = error.code() == Errc::unauthorized || error.code() == Errc::denied;
    if (refused && answer.url.origin() == host.registry.origin) {
      error.add_note(authorizer_.who(host.registry, request.scopes, answer.credential));
    }
    throw;
  }
}

std::string Exchange::read(const RegistryRequest& request, Answer& answer, std::size_t limit) {
  try {
    return read_all(*answer.response.body, limit);
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    TransientError transient{error.what()};
    transient.add_note(asked(request, answer.url));
    throw transient;
  }
}

std::string Exchange::asked(const RegistryRequest& request, const Url& url) const {
  return fmt::format("asked: {} {}", request.method, secrets_.redacted(url.redacted()));
}

Error Exchange::without_secrets(const Error& error) const {
  Error result{error.code(), secrets_.redacted(error.what())};
  for (const std::string& note : error.notes()) result.add_note(secrets_.redacted(note));
  for (const std::string& help : error.help()) result.add_help(secrets_.redacted(help));
  return result;
}

/// `299 - "text"` (distribution-spec, warnings); nothing is done about it.
void Exchange::show_warnings(const Headers& headers) {
  if (!options_.warnings) return;
  for (const std::string& value : headers.all("Warning")) {
    const std::size_t begin = value.find('"');
    const std::size_t end = value.rfind('"');
    if (!value.starts_with("299 ") || begin == end) continue;
    const std::string text = secrets_.shown(value.substr(begin + 1, end - begin - 1), 400);
    const std::lock_guard lock{mutex_};
    if (warned_.size() < 100 && warned_.insert(text).second) options_.warnings(text);
  }
}

Url Exchange::location(const Host& host, const RegistryRequest& request, const Answer& answer) const {
  try {
    const auto location = answer.response.headers.first("Location");
    if (!location || location->empty()) {
      throw Error{Errc::unavailable, fmt::format("{} without a Location", answer.status())};
    }
    Url url = resolved(answer, host.registry, *location);
    require_safe_redirect("the registry", host.registry.origin, url.origin(), secrets_.redacted(url.redacted()));
    return url;
  } catch (Error& error) {
    error.add_note(asked(request, answer.url));
    throw;
  }
}

std::optional<Url> next_page_of(const Answer& answer) {
  const auto link = next_link(answer.response.headers);
  if (!link) return {};
  try {
    return answer.url.resolve(*link);
  } catch (const Error& error) {
    throw Error{Errc::unavailable, fmt::format("the list goes on at an address that cannot be used: {}", error.what())};
  }
}

RegistryClient::RegistryClient(Transport& transport, Clock clock, RegistryOptions options)
    : exchange_{std::make_unique<Exchange>(transport, std::move(clock), std::move(options))} {}

RegistryClient::~RegistryClient() = default;

unsigned RegistryClient::retries() const {
  return exchange_->retry().retries();
}

}  // namespace ocibuild
