// Bearer tokens by docker's specification, and Basic.
#include "support/registry/token_authority.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ocibuild/spec/digest.hpp"
#include "spec/base64.hpp"

namespace ocibuild::testing {
namespace {

/// Nothing for what is no scope of a repository.
std::optional<Scope> parse_scope(std::string_view text) {
  constexpr std::string_view type = "repository:";
  if (!text.starts_with(type)) return {};
  text.remove_prefix(type.size());
  const std::size_t colon = text.rfind(':');  // a name may hold `host:port`
  if (colon == std::string_view::npos) return {};
  Scope scope{.name = std::string{text.substr(0, colon)}, .actions = {}};
  std::string_view rest = text.substr(colon + 1);
  while (!rest.empty()) {
    const std::string_view action = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), action.size() + 1));
    scope.actions.emplace(action);
  }
  return scope;
}

std::vector<std::string> words(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (std::string_view rest : texts) {
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (!word.empty()) result.emplace_back(word);
    }
  }
  return result;
}

std::string basic(const AuthOptions& options) {
  return "Basic " + encode_base64(options.username + ":" + options.password);
}

/// A challenge for Bearer; `error` may be empty.
ServerResponse challenge(const AuthOptions& options, const ServerRequest& request, const std::vector<Scope>& needed,
                         std::string_view error) {
  const std::string realm = options.realm.empty() ? request.origin + "/token" : options.realm;
  std::string value = fmt::format(R"(Bearer realm="{}",service="{}")", realm, options.service);
  std::string scopes;
  for (const Scope& scope : needed) scopes += (scopes.empty() ? "" : " ") + to_string(scope);
  if (needed.empty() && options.placeholder_scope) scopes = "repository:user/image:pull";
  if (!scopes.empty()) value += fmt::format(R"(,scope="{}")", scopes);
  if (!error.empty()) value += fmt::format(R"(,error="{}")", error);
  ServerResponse response = refuse(401, "UNAUTHORIZED", "authentication required");
  response.headers.add("WWW-Authenticate", value);
  return response;
}

bool covers(const std::vector<Scope>& granted, const Scope& needed) {
  return std::any_of(granted.begin(), granted.end(), [&](const Scope& scope) {
    return scope.name == needed.name &&
           std::includes(scope.actions.begin(), scope.actions.end(), needed.actions.begin(), needed.actions.end());
  });
}

enum class Person { nobody, user };

/// What of `asked` that person may do.
Scope allowed(const AuthOptions& options, const Scope& asked, Person person) {
  Scope result{.name = asked.name, .actions = {}};
  const auto& own = options.repositories;
  const bool is_own = own.empty() || std::find(own.begin(), own.end(), asked.name) != own.end();
  for (const std::string& action : asked.actions) {
    const bool public_pull = action == "pull" && options.anonymous_pull;
    if (public_pull || (person == Person::user && is_own)) result.actions.insert(action);
  }
  return result;
}

/// Who asks for a token; nothing when what was shown is wrong.
std::optional<Person> person_of_form(const AuthOptions& options, const Parameters& fields) {
  const auto grant = fields.first("grant_type");
  const bool by_token = grant == "refresh_token" && !options.refresh_token.empty() &&
                        fields.first("refresh_token") == options.refresh_token;
  const bool by_password = grant == "password" && fields.first("username") == options.username &&
                           fields.first("password") == options.password;
  if (by_token || by_password) return Person::user;
  return {};
}

std::optional<Person> person_of_header(const AuthOptions& options, const Headers& headers) {
  const auto shown = headers.first("Authorization");
  if (!shown) return Person::nobody;
  if (*shown == basic(options)) return Person::user;
  return {};
}

}  // namespace

std::string to_string(const Scope& scope) {
  std::string actions;
  // Docker's order: pull before push. The set is sorted, which puts `pull` before `push`, too.
  for (const std::string& action : scope.actions) actions += (actions.empty() ? "" : ",") + action;
  return fmt::format("repository:{}:{}", scope.name, actions);
}

ServerResponse TokenAuthority::token(const AuthOptions& options, const ServerRequest& request, const Target& target) {
  const bool is_post = request.method == "POST";
  if (!is_post && request.method != "GET") return refuse(405, "UNSUPPORTED", "tokens are asked for by GET or POST");
  if (is_post && options.oauth_status != 0) return refuse(options.oauth_status, "UNSUPPORTED", "no OAuth2 here");
  const Parameters fields = is_post ? Parameters{request.body} : target.parameters;
  if (is_post && !fields.first("client_id")) return refuse(400, "UNSUPPORTED", "client_id is missing");
  if (fields.first("service") != options.service) return refuse(400, "UNSUPPORTED", "this is another service");
  const auto person = is_post ? person_of_form(options, fields) : person_of_header(options, request.headers);
  if (!person) return refuse(401, "UNAUTHORIZED", "incorrect username or password");

  std::vector<Scope> granted;
  for (const std::string& word : words(fields.all("scope"))) {
    const auto asked = parse_scope(word);
    const Scope given = asked ? allowed(options, *asked, *person) : Scope{};
    const bool is_whole = asked && given.actions == asked->actions;
    if (!is_whole && options.grants == Grants::all_or_nothing) {
      return refuse(403, "DENIED", "requested access to the resource is denied");
    }
    if (!given.actions.empty()) granted.push_back(given);
  }
  if (*person == Person::nobody && granted.empty() && !options.anonymous_pull) {
    return refuse(401, "UNAUTHORIZED", "authentication required");
  }
  return issue(options, std::move(granted), is_post);
}

ServerResponse TokenAuthority::issue(const AuthOptions& options, std::vector<Scope> granted, bool from_form) {
  const std::string number = std::to_string(issued_.size() + 1);
  const std::string token = fmt::format("token-{}-{}", number, Digest::of("token " + number).encoded().substr(0, 24));
  issued_.push_back(token);
  live_[token] = {.granted = std::move(granted), .issued_at = now_(), .uses = 0};
  nlohmann::ordered_json body{{from_form ? "access_token" : "token", token}};
  if (options.expires_in) body["expires_in"] = *options.expires_in;
  if (options.token_padding > 0) body["padding"] = std::string(options.token_padding, 'x');
  return {.headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
}

std::optional<ServerResponse> TokenAuthority::bearer_refusal(const AuthOptions& options, const ServerRequest& request,
                                                             const std::vector<Scope>& needed, Spend spend) {
  const std::string shown = request.headers.first("Authorization").value_or("");
  constexpr std::string_view scheme = "Bearer ";
  if (!shown.starts_with(scheme)) return challenge(options, request, needed, "");
  const auto found = live_.find(std::string_view{shown}.substr(scheme.size()));
  if (found != live_.end()) {
    Token& token = found->second;
    const bool too_old = options.lifetime && now_() - token.issued_at >= *options.lifetime;
    const bool used_up = options.uses && token.uses >= *options.uses;
    if (!too_old && !used_up) {
      const auto lacks = [&](const Scope& scope) { return !covers(token.granted, scope); };
      if (std::any_of(needed.begin(), needed.end(), lacks)) {
        return challenge(options, request, needed, "insufficient_scope");
      }
      if (spend == Spend::yes) ++token.uses;
      return {};
    }
  }
  if (options.stale_status == 403) return refuse(403, "DENIED", "denied");
  return challenge(options, request, needed, "invalid_token");
}

std::optional<ServerResponse> TokenAuthority::refusal(const AuthOptions& options, const ServerRequest& request,
                                                      const std::vector<Scope>& needed, Spend spend) {
  if (options.scheme == AuthScheme::none) return {};
  if (options.scheme == AuthScheme::bearer) {
    if (options.always_unauthorized) return challenge(options, request, needed, "invalid_token");
    return bearer_refusal(options, request, needed, spend);
  }
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  const std::string shown = request.headers.first("Authorization").value_or("");
  if (!options.always_unauthorized && shown == basic(options)) return {};
  if (!options.always_unauthorized && shown.empty() && options.anonymous_pull && is_read && !needed.empty()) return {};
  ServerResponse response = refuse(401, "UNAUTHORIZED", "authentication required");
  response.headers.add("WWW-Authenticate", R"(Basic realm="registry")");
  return response;
}

}  // namespace ocibuild::testing
