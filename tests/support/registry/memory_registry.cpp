// From a request to the function that answers it, behind one lock.
#include "support/registry/memory_registry.hpp"

#include "ocibuild/spec/reference.hpp"
#include "support/registry/content.hpp"
#include "support/registry/token_authority.hpp"

namespace ocibuild::testing {
namespace {

constexpr std::string_view redirected = "/_blobs/";

/// What a request needs a token for (docker's spec/auth/scope.md; distribution, handlers/app.go).
std::vector<Scope> needed_scopes(const ServerRequest& request, const Target& target, const Route& route) {
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  const bool is_session = route.kind.starts_with("blobs/upload");
  Scope own{.name = route.repository, .actions = {"pull"}};
  if (!is_read || is_session) own.actions.insert("push");
  if (request.method == "DELETE") own.actions = {"delete"};
  std::vector<Scope> result{own};
  const auto from = target.parameters.first("from");
  if (request.method == "POST" && is_session && from) result.push_back({.name = *from, .actions = {"pull"}});
  return result;
}

/// A blob behind a signed URL, as object storage serves it: a second way to authenticate is an error there.
ServerResponse answer_redirected(const ServerRequest& request, const Target& target, Content& content) {
  const std::string_view path = std::string_view{target.path}.substr(redirected.size());
  const std::size_t slash = path.rfind('/');
  if (request.headers.first("Authorization")) return {.status = 400, .body = "<Error>two kinds of credentials</Error>"};
  if (request.method != "GET" || target.parameters.first("signature") != "secret" || slash == std::string_view::npos) {
    return {.status = 403, .body = "<Error>the signature does not match</Error>"};
  }
  const Route route{std::string{path.substr(0, slash)}, "blobs", std::string{path.substr(slash + 1)}};
  const RegistryOptions plain;
  return answer_blob({request, target, route, plain, content});
}

std::vector<std::string> keys(const auto& map) {
  std::vector<std::string> result;
  for (const auto& [key, value] : map) result.push_back(key);
  return result;
}

ServerResponse routed(const Call& call) {
  if (!is_repository(call.route.repository)) return refuse(400, "NAME_INVALID", "invalid repository name");
  if (call.route.kind == "blobs") return answer_blob(call);
  if (call.route.kind == "manifests") return answer_manifest(call);
  if (call.route.kind == "tags") return answer_tags(call);
  if (call.route.kind == "referrers") return answer_referrers(call);
  return answer_upload(call);
}

}  // namespace

struct MemoryRegistry::State {
  RegistryOptions options;
  Content content;
  TokenAuthority tokens;

  std::optional<ServerResponse> refusal(const ServerRequest& request, const Target& target,
                                        const std::optional<Route>& route, Spend spend) {
    const std::vector<Scope> needed = route ? needed_scopes(request, target, *route) : std::vector<Scope>{};
    return tokens.refusal(options.auth, request, needed, spend);
  }

  void end_session(const ServerRequest& request) {
    const auto route = parse_route(Target{request.target}.path);
    if (route) content.uploads.erase(route->reference);
  }

  ServerResponse perform(const ServerRequest& request) {
    const Target target{request.target};
    if (target.path == "/token") return tokens.token(options.auth, request, target);
    if (target.path.starts_with(redirected)) return answer_redirected(request, target, content);
    if (!target.path.starts_with("/v2/")) return {.status = 404, .body = "404 page not found\n"};
    const std::optional<Route> route = parse_route(target.path);
    if (auto refused = refusal(request, target, route, Spend::yes)) return *std::move(refused);
    if (target.path == "/v2/") return {.headers = {{"Content-Type", "application/json"}}, .body = "{}"};
    if (!route) return {.status = 404, .body = "404 page not found\n"};
    return routed({request, target, *route, options, content});
  }
};

MemoryRegistry::MemoryRegistry(RegistryOptions options, std::function<std::chrono::milliseconds()> now)
    : state_{std::make_unique<State>(
          State{.options = std::move(options), .content = {}, .tokens = TokenAuthority{now ? std::move(now) : [] {
                                                                return std::chrono::milliseconds{0};
                                                              }}})} {}

MemoryRegistry::~MemoryRegistry() = default;

ServerResponse MemoryRegistry::answer(const ServerRequest& request) {
  ServerResponse response = perform(request);
  journal_.add(entry_of(request, response.status));
  return response;
}

ServerResponse MemoryRegistry::perform(const ServerRequest& request) {
  ServerResponse response;
  {
    const std::lock_guard lock{mutex_};
    response = state_->perform(request);
    const bool failed = response.status >= 400 && response.status != 401;
    if (failed && state_->options.sessions_die) state_->end_session(request);
  }
  if (request.target.starts_with("/v2/")) response.headers.add("Docker-Distribution-API-Version", "registry/2.0");
  complete(response, request.method);
  return response;
}

std::optional<ServerResponse> MemoryRegistry::refusal(const ServerRequest& head) const {
  const std::lock_guard lock{mutex_};
  const Target target{head.target};
  if (!target.path.starts_with("/v2/")) return {};
  auto response = state_->refusal(head, target, parse_route(target.path), Spend::no);
  if (response) complete(*response, head.method);
  return response;
}

void MemoryRegistry::interrupted(const ServerRequest& part) {
  const std::lock_guard lock{mutex_};
  if (state_->options.sessions_die) return state_->end_session(part);
  const auto route = parse_route(Target{part.target}.path);
  if (!route || part.method != "PATCH" || part.body.empty()) return;
  const auto upload = state_->content.uploads.find(route->reference);
  if (upload == state_->content.uploads.end()) return;
  upload->second.content += part.body;
}

void MemoryRegistry::configure(RegistryOptions options) {
  const std::lock_guard lock{mutex_};
  state_->options = std::move(options);
}

RegistryOptions MemoryRegistry::options() const {
  const std::lock_guard lock{mutex_};
  return state_->options;
}

bool MemoryRegistry::contains_blob(std::string_view repository, const Digest& digest) const {
  return blob(repository, digest).has_value();
}

bool MemoryRegistry::contains_manifest(std::string_view repository, const Digest& digest) const {
  return manifest(repository, digest.string()).has_value();
}

std::optional<std::string> MemoryRegistry::blob(std::string_view repository, const Digest& digest) const {
  const std::lock_guard lock{mutex_};
  const std::string* const found = state_->content.blob(repository, digest.string());
  return found == nullptr ? std::nullopt : std::optional{*found};
}

std::optional<std::string> MemoryRegistry::manifest(std::string_view repository, std::string_view reference) const {
  const std::lock_guard lock{mutex_};
  std::string digest;
  const StoredManifest* const found = state_->content.manifest(repository, reference, digest);
  return found == nullptr ? std::nullopt : std::optional{found->body};
}

std::optional<Digest> MemoryRegistry::tag(std::string_view repository, std::string_view name) const {
  const auto all = tags(repository);
  const auto found = all.find(std::string{name});
  return found == all.end() ? std::nullopt : std::optional{Digest::parse(found->second)};
}

std::vector<std::string> MemoryRegistry::repositories() const {
  const std::lock_guard lock{mutex_};
  return keys(state_->content.repositories);
}

std::map<std::string, std::string> MemoryRegistry::tags(std::string_view repository) const {
  const std::lock_guard lock{mutex_};
  const Repository* const found = state_->content.repository(repository);
  if (found == nullptr) return {};
  return {found->tags.begin(), found->tags.end()};
}

std::vector<std::string> MemoryRegistry::blobs(std::string_view repository) const {
  const std::lock_guard lock{mutex_};
  const Repository* const found = state_->content.repository(repository);
  return found == nullptr ? std::vector<std::string>{} : keys(found->blobs);
}

std::vector<std::string> MemoryRegistry::manifests(std::string_view repository) const {
  const std::lock_guard lock{mutex_};
  const Repository* const found = state_->content.repository(repository);
  return found == nullptr ? std::vector<std::string>{} : keys(found->manifests);
}

std::size_t MemoryRegistry::open_uploads() const {
  const std::lock_guard lock{mutex_};
  return state_->content.uploads.size();
}

Digest MemoryRegistry::put_blob(std::string_view repository, std::string content) {
  const std::lock_guard lock{mutex_};
  Digest digest = Digest::of(content);
  state_->content.repositories[std::string{repository}].blobs.insert_or_assign(digest.string(), std::move(content));
  return digest;
}

Digest MemoryRegistry::put_manifest(std::string_view repository, std::string_view media_type, std::string body,
                                    std::string_view tag) {
  const std::lock_guard lock{mutex_};
  Digest digest = Digest::of(body);
  Repository& into = state_->content.repositories[std::string{repository}];
  into.manifests.insert_or_assign(digest.string(), StoredManifest{std::string{media_type}, std::move(body)});
  if (!tag.empty()) into.tags.insert_or_assign(std::string{tag}, digest.string());
  return digest;
}

void MemoryRegistry::put_tag(std::string_view repository, std::string_view name, const Digest& digest) {
  const std::lock_guard lock{mutex_};
  state_->content.repositories[std::string{repository}].tags.insert_or_assign(std::string{name}, digest.string());
}

bool MemoryRegistry::corrupt(const Digest& digest, Corruption corruption) {
  const std::lock_guard lock{mutex_};
  bool found = false;
  const auto spoil = [&](std::string& content) {
    found = true;
    if (content.empty()) return;
    if (corruption == Corruption::truncated) return content.pop_back();
    char& middle = content[content.size() / 2];
    middle = static_cast<char>(middle ^ 1);
  };
  for (auto& [name, repository] : state_->content.repositories) {
    if (const auto blob = repository.blobs.find(digest.string()); blob != repository.blobs.end()) spoil(blob->second);
    const auto manifest = repository.manifests.find(digest.string());
    if (manifest != repository.manifests.end()) spoil(manifest->second.body);
  }
  return found;
}

void MemoryRegistry::forget(const Digest& digest) {
  const std::lock_guard lock{mutex_};
  for (auto& [name, repository] : state_->content.repositories) {
    repository.blobs.erase(digest.string());
    repository.manifests.erase(digest.string());
  }
}

void MemoryRegistry::expire_tokens() {
  const std::lock_guard lock{mutex_};
  state_->tokens.expire_tokens();
}

std::vector<std::string> MemoryRegistry::issued_tokens() const {
  const std::lock_guard lock{mutex_};
  return state_->tokens.issued();
}

}  // namespace ocibuild::testing
