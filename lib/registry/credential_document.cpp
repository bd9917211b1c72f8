// Reading docker's config.json and its kin (docker/cli configfile, containers-auth.json(5)).
#include "registry/credential_document.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/credential_key.hpp"
#include "spec/base64.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using Kind = JsonValue::Kind;

[[noreturn]] void refuse(std::string_view where, std::string_view problem) {
  throw Error{Errc::invalid_document, fmt::format("{}: {}", where, problem)};
}

JsonValue parse(std::string_view text, std::string_view title) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return {.kind = Kind::object};
  try {
    return parse_json(text, max_credential_document);
  } catch (const Error&) {
    // The parser's own words may quote a member's name, and a secret can stand anywhere in a broken document.
    refuse(title, "not a JSON document with unique member names");
  }
}

/// Takes a member out of an object; absent and null give an empty value of that kind.
JsonValue take(JsonValue& object, std::string_view name, Kind kind, std::string_view title) {
  const auto found = std::ranges::find(object.members, name, &JsonMember::name);
  if (found == object.members.end() || found->value.kind == Kind::null) return {.kind = kind};
  if (found->value.kind != kind) {
    refuse(title, fmt::format("{} is not {}", name, kind == Kind::string ? "a string" : "an object"));
  }
  return std::move(found->value);
}

/// The member whose key fits best, the first of several; null when none fits.
const JsonMember* best_member(const JsonValue& object, std::string_view registry, std::string_view repository) {
  const JsonMember* best = nullptr;
  std::optional<KeyFit> best_fit;
  for (const JsonMember& member : object.members) {
    const std::optional<KeyFit> fit = fit_key(member.name, registry, repository);
    if (!fit || fit <= best_fit) continue;
    best = &member;
    best_fit = fit;
  }
  return best;
}

/// The strings of one entry of `auths`; null has none.
class Entry {
 public:
  Entry(const JsonValue& value, std::string where) : value_{value}, where_{std::move(where)} {
    if (value.kind != Kind::object && value.kind != Kind::null) refuse("not an object");
  }

  [[noreturn]] void refuse(std::string_view problem) const { ocibuild::refuse(where_, problem); }

  /// Empty when it is absent or null.
  std::string text(std::string_view name) const {
    const auto found = std::ranges::find(value_.members, name, &JsonMember::name);
    if (found == value_.members.end() || found->value.kind == Kind::null) return {};
    if (found->value.kind != Kind::string) refuse(fmt::format("{} is not a string", name));
    return found->value.text;
  }

 private:
  const JsonValue& value_;
  std::string where_;
};

/// Splits `auth` into user name and password.
void decode_auth(std::string auth, const Entry& entry, Credential& into) {
  std::erase_if(auth, [](char c) { return c == '\r' || c == '\n'; });  // base64(1) breaks lines, and docker's decoder
  const std::optional<std::string> decoded = decode_base64(auth);      // skips the breaks
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) entry.refuse("auth is not the base64 of NAME:PASSWORD");
  into.username = decoded->substr(0, colon);
  into.password = decoded->substr(colon + 1);
  while (into.password.ends_with('\0')) into.password.pop_back();  // docker/cli: old versions padded with zeros
}

/// RFC 6750, 2.1: what may follow `Bearer ` in a header field.
bool is_bearer_token(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || std::string_view{"-._~+/="}.find(c) != std::string_view::npos; });
}

/// Nothing when the entry is there but empty, as `docker login` leaves it beside a store.
std::optional<Credential> credential_of(const Entry& entry) {
  Credential result;
  if (std::string auth = entry.text("auth"); !auth.empty()) {
    decode_auth(std::move(auth), entry, result);
  } else {
    result.username = entry.text("username");
    result.password = entry.text("password");
  }
  result.identity_token = entry.text("identitytoken");
  result.registry_token = entry.text("registrytoken");
  if (!is_bearer_token(result.registry_token)) entry.refuse("registrytoken is not a bearer token");
  if (!result.registry_token.empty()) return Credential{.registry_token = result.registry_token};
  if (!result.identity_token.empty()) {
    return Credential{.username = result.username, .identity_token = result.identity_token};
  }
  if (!result.username.empty()) return result;
  if (!result.password.empty()) entry.refuse("password is set without username");
  return {};
}

}  // namespace

CredentialDocument::CredentialDocument(std::string_view text, std::string title, DocumentKind kind)
    : title_{std::move(title)} {
  JsonValue root = parse(text, title_);
  if (root.kind != Kind::object) refuse(title_, "not a JSON object");
  if (kind == DocumentKind::legacy) {
    auths_ = std::move(root);
    return;
  }
  auths_ = take(root, "auths", Kind::object, title_);
  if (kind == DocumentKind::auths) return;
  helpers_ = take(root, "credHelpers", Kind::object, title_);
  store_ = take(root, "credsStore", Kind::string, title_).text;
}

DocumentAnswer CredentialDocument::find(std::string_view registry, std::string_view repository) const {
  const std::string name = comparable_registry(registry);
  // Helpers are named for whole registries. An empty name means that this document's own entries count.
  if (const JsonMember* const helper = best_member(helpers_, registry, {})) {
    if (helper->value.kind != Kind::string) {
      refuse(title_, fmt::format("the member of credHelpers for {} is not a string", name));
    }
    if (!helper->value.text.empty()) {
      return HelperCall{.suffix = helper->value.text, .server = helper->name, .registry = name};
    }
  } else if (!store_.empty()) {
    return HelperCall{.suffix = store_, .server = server_name(registry), .registry = name};
  }
  const JsonMember* const entry = best_member(auths_, registry, repository);
  if (entry == nullptr) return {};
  auto credential = credential_of(Entry{entry->value, fmt::format("{}: the entry for {}", title_, name)});
  if (!credential) return {};
  credential->source = title_;
  return *std::move(credential);
}

}  // namespace ocibuild
