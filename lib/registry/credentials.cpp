// Looking for a credential, place by place.
#include "ocibuild/registry/credentials.hpp"

#include <memory>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/credential_helpers.hpp"
#include "registry/credential_key.hpp"
#include "registry/credential_places.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

/// A file that is read when it is first needed.
struct Document {
  CredentialPlace place;
  bool was_read = false;
  std::optional<CredentialDocument> content;  // nothing: absent
};

class CredentialSearch {
 public:
  CredentialSearch(CredentialOptions options, RunCommand run);

  std::optional<Credential> find(std::string_view registry, std::string_view repository);

 private:
  std::optional<Credential> github(const std::string& registry) const;
  const CredentialDocument* read(Document& document);
  HelperAnswer ask(const HelperCall& call, const std::string& title);
  void warn(const std::string& text);

  CredentialOptions options_;
  std::optional<Credential> explicit_;  // for options_.registry
  CredentialHelpers helpers_;
  std::mutex reading_;
  std::vector<Document> documents_;
  std::mutex warning_;
};

/// OCIBUILD_USERNAME and OCIBUILD_PASSWORD. Both or none: half a credential is an empty secret of a CI, for instance in
/// a pull request from a fork.
std::optional<Credential> ocibuild_credential(const CredentialOptions& options) {
  const auto username = variable(options, "OCIBUILD_USERNAME");
  const auto password = variable(options, "OCIBUILD_PASSWORD");
  if (!username || !password) return {};
  return Credential{.username = *username, .password = *password, .source = "OCIBUILD_USERNAME"};
}

void require_complete(const Credential& given, const std::string& registry) {
  const bool has_secret = !given.password.empty() || !given.identity_token.empty() || !given.registry_token.empty();
  if (!has_secret || (!given.password.empty() && given.username.empty())) {
    throw Error{Errc::invalid_argument, "a credential needs a user name with a password, or a token"};
  }
  if (registry.empty()) {
    throw Error{Errc::invalid_argument, "a credential was given without the registry it belongs to"};
  }
}

CredentialSearch::CredentialSearch(CredentialOptions options, RunCommand run)
    : options_{std::move(options)}, helpers_{std::move(run), options_.helper_timeout} {
  if (options_.given) require_complete(*options_.given, options_.registry);
  explicit_ = options_.given ? options_.given : ocibuild_credential(options_);
  const bool half =
      variable(options_, "OCIBUILD_USERNAME").has_value() != variable(options_, "OCIBUILD_PASSWORD").has_value();
  if (!explicit_ && half && !options_.registry.empty()) {
    warn("only one of OCIBUILD_USERNAME and OCIBUILD_PASSWORD is set: it is not used");
  }
  for (CredentialPlace& place : credential_places(options_)) documents_.push_back({.place = std::move(place)});
}

std::optional<Credential> CredentialSearch::find(std::string_view registry, std::string_view repository) {
  const std::string name = comparable_registry(registry);
  if (explicit_ && !options_.registry.empty() && name == comparable_registry(options_.registry)) return explicit_;
  if (auto credential = github(name)) return credential;
  for (Document& place : documents_) {
    const CredentialDocument* const document = read(place);
    if (document == nullptr) continue;
    const DocumentAnswer answer = document->find(registry, repository);
    if (const auto* const credential = std::get_if<Credential>(&answer)) return *credential;
    if (const auto* const call = std::get_if<HelperCall>(&answer)) {
      HelperAnswer from_helper = ask(*call, document->title());
      // A failure ends the search: what another store has for this registry may be something else (CVE-2021-41092).
      if (from_helper.credential || !from_helper.failure.empty()) return std::move(from_helper.credential);
    }
  }
  return {};
}

/// GITHUB_TOKEN goes to one registry, compared as a whole: matching only its end sent tokens of ACR to strangers
/// (GO-2026-6225).
std::optional<Credential> CredentialSearch::github(const std::string& registry) const {
  if (registry != "ghcr.io") return {};
  const auto token = variable(options_, "GITHUB_TOKEN");
  if (!token) return {};
  // ghcr.io does not look at the name, but wants one; this is what go-containerregistry sends.
  return Credential{
      .username = variable(options_, "GITHUB_ACTOR").value_or("unset"), .password = *token, .source = "GITHUB_TOKEN"};
}

/// Null when there is no such document.
const CredentialDocument* CredentialSearch::read(Document& document) {
  const std::lock_guard lock{reading_};
  if (!document.was_read) {
    try {
      document.content = read_credentials(document.place);
    } catch (const Error& error) {
      // Such as one of root's, left behind by `sudo docker login`: it is not for this user.
      const bool required = document.place.presence == CredentialPlace::Presence::required;
      if (required || error.code() != Errc::io) throw;
      warn(fmt::format("{}; it is not used", error.what()));
    }
    document.was_read = true;
  }
  return document.content ? &*document.content : nullptr;
}

HelperAnswer CredentialSearch::ask(const HelperCall& call, const std::string& title) {
  HelperAnswer answer = helpers_.ask(call, [&](const std::string& failure) {
    warn(fmt::format("the credential helper {}, which {} names for {}, failed: {}; requests to {} are anonymous",
                     quote(call.suffix), title, call.registry, failure, call.registry));
  });
  if (answer.credential) answer.credential->source = fmt::format("docker-credential-{} ({})", call.suffix, title);
  return answer;
}

void CredentialSearch::warn(const std::string& text) {
  const std::lock_guard lock{warning_};
  if (options_.warn) options_.warn(text);
}

}  // namespace

FindCredential find_credentials(CredentialOptions options, RunCommand run) {
  auto search = std::make_shared<CredentialSearch>(std::move(options), std::move(run));
  return
      [search](std::string_view registry, std::string_view repository) { return search->find(registry, repository); };
}

}  // namespace ocibuild
