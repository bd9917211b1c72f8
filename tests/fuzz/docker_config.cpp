// Documents with credentials: whatever they say, the answer for a registry follows from what is said about that
// registry. And answers of helpers: whatever they print, one thing comes out.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "registry/credential_document.hpp"
#include "registry/credential_helpers.hpp"
#include "spec/text.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

struct Question {
  std::string registry;
  std::vector<std::string> names;
  std::string repository;
};

const std::vector<Question> questions{
    {"ghcr.io", {"ghcr.io"}, "owner/name"},
    {"ghcr.io", {"ghcr.io"}, "other/name"},
    {"ghcr.io.evil.example", {"ghcr.io.evil.example"}, "owner/name"},
    {"localhost:5000", {"localhost:5000"}, "name"},
    {"docker.io", {"docker.io", "index.docker.io", "registry-1.docker.io"}, "library/nginx"},
};

/// What find_credentials does not share: a rule that is wider, but never takes one host for another.
bool could_mean(std::string_view key, const Question& question) {
  std::string text = to_lower(key);
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) text.erase(0, scheme.size());
  }
  return std::ranges::any_of(question.names, [&](const std::string& name) {
    if (!text.starts_with(name)) return false;
    std::string rest = text.substr(name.size());
    if (rest.starts_with(":443")) rest.erase(0, 4);
    return rest.empty() || rest.starts_with('/');
  });
}

/// Takes out of an object what is about other registries.
void keep_only(JsonValue& object, const Question& question) {
  std::erase_if(object.members, [&](const JsonMember& member) { return !could_mean(member.name, question); });
}

std::string without_others(std::string_view text, DocumentKind kind, const Question& question) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::string{text};
  JsonValue root = parse_json(text, max_credential_document);
  if (kind == DocumentKind::legacy) {
    keep_only(root, question);
  } else {
    for (JsonMember& member : root.members) {
      if (member.name == "auths" || member.name == "credHelpers") keep_only(member.value, question);
    }
  }
  return to_json(root);
}

std::optional<CredentialDocument> document_of(std::string_view text, DocumentKind kind) {
  return parse_or_refuse(text, [&](std::string_view content) { return CredentialDocument{content, "title", kind}; });
}

/// The answer, or nothing when the entry is broken.
std::optional<DocumentAnswer> answer_of(const CredentialDocument& document, const Question& question) {
  return parse_or_refuse(question.repository,
                         [&](std::string_view repository) { return document.find(question.registry, repository); });
}

void check_document(std::string_view text, DocumentKind kind) {
  const auto document = document_of(text, kind);
  if (!document) return;
  for (const Question& question : questions) {
    const auto reduced = document_of(without_others(text, kind, question), kind);
    require(reduced.has_value(), "a part of a document is a document");
    const auto answer = answer_of(*document, question);
    require(answer == answer_of(*reduced, question), "entries of other registries do not matter");
    const auto* const call = answer ? std::get_if<HelperCall>(&*answer) : nullptr;
    require(call == nullptr || could_mean(call->server, question), "a helper is asked for this registry");
    require(call == nullptr || kind == DocumentKind::config, "only a config names helpers");
  }
}

void check_helper(const std::string& printed) {
  CredentialHelpers helpers{[&](const Command&, const CommandOutput& output) {
                              output.standard_output(printed);
                              return ExitStatus{};
                            },
                            std::chrono::seconds{1}};
  const HelperAnswer answer = helpers.ask({.suffix = "x", .server = "ghcr.io", .registry = "ghcr.io"}, [](auto&) {});
  require(!answer.credential || answer.failure.empty(), "a helper that failed gave nothing");
  if (!answer.credential) return;
  const bool has_user = !answer.credential->username.empty() && !answer.credential->password.empty();
  require(has_user != !answer.credential->identity_token.empty(), "a user with a password, or a token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (const DocumentKind kind : {DocumentKind::config, DocumentKind::auths, DocumentKind::legacy}) {
    check_document(text, kind);
  }
  check_helper(std::string{text});
  return 0;
}
