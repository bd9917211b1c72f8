// Sending requests to GitHub's API.
#include "deploy/github_api.hpp"

#include <fmt/format.h>

#include "deploy/github_failure.hpp"
#include "http/redirect.hpp"
#include "ocibuild/http/link.hpp"

namespace ocibuild {
namespace {

constexpr int max_redirects = 5;
constexpr std::size_t max_page_size = 8 << 20;  // a hundred runs have about 2 MB
constexpr std::string_view who = "GitHub";

}  // namespace

GithubApi::GithubApi(Transport& transport, const Clock& clock, const GithubOptions& options)
    : transport_{transport}, clock_{clock}, options_{options}, retry_{clock, options.retry, options.waits} {
  const HttpOrigin& origin = options.api.origin();
  if (origin.scheme != "https" && !is_loopback(origin.host)) {
    throw Error{
        Errc::invalid_argument,
        fmt::format("{}: a token is sent there, which plain http would show to everybody", options.api.redacted())};
  }
  secrets_.add(options.token);
}

Url GithubApi::url(std::string_view path) const {
  std::string base = options_.api.path();
  while (base.ends_with('/')) base.pop_back();
  return Url::parse(fmt::format("{}{}{}", to_string(options_.api.origin()), base, path));
}

std::string GithubApi::asked(const Url& url) const {
  return fmt::format("asked: GET {}", secrets_.redacted(url.redacted()));
}

GithubApi::Answer GithubApi::send(const Url& url) {
  HttpRequest request{.method = "GET", .url = url, .headers = {}, .body = {}};
  if (is_own(url)) {
    request.headers.add("Accept", "application/vnd.github+json");
    request.headers.add("X-GitHub-Api-Version", "2022-11-28");
    if (!options_.token.empty()) request.headers.add("Authorization", "Bearer " + options_.token);
  }
  try {
    return {.response = transport_.send(request), .url = url};
  } catch (UnreachableError& error) {
    error.add_note(asked(url));
    error.add_help(dynamic_cast<const CertificateError*>(&error) != nullptr
                       ? "name the certificate authority with --ca-file"
                       : "is GITHUB_API_URL right, and is there a network?");
    throw;
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    TransientError transient{error.what()};
    transient.add_note(asked(url));
    throw transient;
  }
}

Url GithubApi::location(const Answer& answer) const {
  const auto field = answer.response.headers.first("Location");
  try {
    const Url next = answer.url.resolve(field.value_or(""));
    require_safe_redirect(who, answer.url.origin(), next.origin(), asked(answer.url));
    return next;
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    throw Error{Errc::unavailable,
                fmt::format("{} with a Location that cannot be used: {}", answer.response.status, error.what())}
        .add_note(asked(answer.url));
  }
}

GithubApi::Answer GithubApi::follow(const Url& url, Redirects redirects) {
  Answer answer = send(url);
  for (int count = 0; is_redirect(answer.response.status); ++count) {
    if (count == max_redirects) {
      throw Error{Errc::unavailable, fmt::format("more than {} redirects", max_redirects)}.add_note(asked(url));
    }
    const Url next = location(answer);
    if (redirects == Redirects::own_origin && !is_own(next)) {
      throw Error{Errc::unavailable, "GitHub's API sends its clients to another host"}.add_note(asked(next));
    }
    answer = send(next);
  }
  return answer;
}

std::string GithubApi::read(const Answer& answer, std::size_t limit) const {
  try {
    return read_all(*answer.response.body, limit);
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    TransientError transient{error.what()};
    transient.add_note(asked(answer.url));
    throw transient;
  }
}

void GithubApi::fail(Answer& answer) const {
  try {
    throw_github_failure(answer.response,
                         {.secrets = secrets_,
                          .token = options_.token.empty() ? TokenUse::without_token : TokenUse::with_token,
                          .unix_time = clock_.unix_time(),
                          .longest_wait = options_.retry.longest_asked});
  } catch (Error& error) {
    error.add_note(asked(answer.url));
    throw;
  }
}

std::optional<Url> GithubApi::next_page(const Answer& answer) const {
  const auto target = next_link(answer.response.headers);
  if (!target) return {};
  const Url next = answer.url.resolve(*target);
  if (is_own(next)) return next;
  throw Error{Errc::unavailable, "the list goes on at another host"}.add_note(asked(next));
}

GithubPage GithubApi::read_page(const Url& url) {
  return retry_.run(url.origin().host, [&] {
    Answer answer = follow(url, Redirects::own_origin);
    if (answer.response.status != 200) fail(answer);
    try {
      return GithubPage{.document = parse_json(read(answer, max_page_size), max_page_size), .next = next_page(answer)};
    } catch (Error& error) {
      if (error.code() == Errc::invalid_document) error.add_note(asked(answer.url));
      throw;
    }
  });
}

std::optional<std::string> GithubApi::download(const Url& url, std::size_t limit) {
  return retry_.run(url.origin().host, [&]() -> std::optional<std::string> {
    Answer answer = follow(url, Redirects::anywhere);
    const int status = answer.response.status;
    if (is_own(answer.url) && (status == 404 || status == 410)) return std::nullopt;
    if (is_own(answer.url) && status != 200) fail(answer);
    if (status != 200) {
      // A storage host, whose links live for a minute: the next attempt gets a new one.
      TransientError error{fmt::format("{} from where GitHub keeps its artifacts", status)};
      error.add_note(asked(answer.url));
      throw error;
    }
    try {
      return read(answer, limit);
    } catch (const Error& error) {
      if (error.code() != Errc::invalid_document) throw;
      throw Error{Errc::digest_mismatch, error.what()};
    }
  });
}

}  // namespace ocibuild
