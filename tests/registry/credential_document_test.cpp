#include <doctest/doctest.h>

#include "registry/credential_document.hpp"
#include "registry/user.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::entry;
using testing::failure_of;
using testing::says;

CredentialDocument document(const std::string& auths) {
  return CredentialDocument{"{\"auths\":" + auths + "}", "config.json", DocumentKind::config};
}

/// The credential of a document, or nothing; fails when a helper would be asked.
std::optional<Credential> found(const CredentialDocument& document, std::string_view registry,
                                std::string_view repository = "owner/name") {
  const DocumentAnswer answer = document.find(registry, repository);
  CHECK_FALSE(std::holds_alternative<HelperCall>(answer));
  if (const auto* const credential = std::get_if<Credential>(&answer)) return *credential;
  return {};
}

std::string user_of(const CredentialDocument& document, std::string_view registry,
                    std::string_view repository = "owner/name") {
  const std::optional<Credential> credential = found(document, registry, repository);
  return credential ? credential->username : "-";
}

/// A document whose keys have users with names of their own.
CredentialDocument document_of(const std::vector<std::pair<std::string, std::string>>& keys) {
  std::string members;
  for (const auto& [key, user] : keys) {
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", key, entry(user));
  }
  return document("{" + members + "}");
}

std::optional<Credential> read_entry(const std::string& text) {
  return found(document("{\"quay.io\":" + text + "}"), "quay.io");
}

std::string encoded(std::string_view text) {
  return "{\"auth\":\"" + encode_base64(text) + "\"}";
}

}  // namespace

TEST_CASE("auth is the base64 of a user name and a password, which may have colons, nothing, or zeros behind it") {
  using namespace std::string_view_literals;
  CHECK(read_entry(encoded("me:secret")) ==
        Credential{.username = "me", .password = "secret", .source = "config.json"});
  CHECK(read_entry(encoded("me:a:b"))->password == "a:b");
  CHECK(read_entry(encoded("me:a\0b\0\0"sv))->password == "a\0b"sv);
  CHECK(read_entry(encoded("me:"))->password.empty());
  CHECK(read_entry("{\"auth\":\"bWU6c2\\nVjcmV0\\r\\n\"}")->password == "secret");
  CHECK(read_entry(R"({"auth":"bWU6c2VjcmV0","email":"me@example.com","username":"other"})")->username == "me");
}

TEST_CASE("an entry may have a name and a password, or a token") {
  const std::string source = "config.json";
  CHECK(read_entry(R"({"username":"me","password":"secret","auth":null})") ==
        Credential{.username = "me", .password = "secret", .source = source});
  CHECK(read_entry(R"({"identitytoken":"abc"})") == Credential{.identity_token = "abc", .source = source});
  CHECK(read_entry(R"({"auth":"bWU6c2VjcmV0","identitytoken":"abc"})") ==
        Credential{.username = "me", .identity_token = "abc", .source = source});
  CHECK(read_entry(R"({"auth":"bWU6c2VjcmV0","registrytoken":"a.b-c=="})") ==
        Credential{.registry_token = "a.b-c==", .source = source});
}

TEST_CASE("an entry without content is no credential") {
  for (const char* text : {"{}", "null", R"({"auth":""})", R"({"auth":null,"email":"me@example.com"})"}) {
    CHECK(read_entry(text) == std::nullopt);
  }
}

TEST_CASE("an entry that is broken is an error that quotes nothing, but only for its own registry") {
  for (const std::string& text :
       {std::string{R"({"auth":"c2VjcmV0!"})"}, std::string{R"({"auth":"c2VjcmV"})"}, encoded("secret"),
        encoded(":secret"), std::string{R"({"auth":["secret"]})"}, std::string{R"({"password":12345})"},
        std::string{R"({"password":"secret"})"}, std::string{R"({"registrytoken":"secret\r\nX-Evil: 1"})"},
        std::string{"\"secret\""}, std::string{"17"}}) {
    CAPTURE(text);
    const CredentialDocument broken = document("{\"quay.io\":" + text + ",\"ghcr.io\":" + entry("me") + "}");
    const Error error = failure_of([&] { return broken.find("quay.io", "owner/name"); });
    CHECK(error.code() == Errc::invalid_document);
    CHECK(says(error, "config.json: the entry for quay.io: "));
    for (const char* secret : {"secret", "c2Vjc", "12345", "17"}) CHECK_FALSE(says(error, secret));
    CHECK(user_of(broken, "ghcr.io") == "me");
  }
}

TEST_CASE("members of another type are refused without being quoted") {
  for (const char* text :
       {R"({"auths":"secret"})", R"({"credHelpers":["secret"]})", R"({"credsStore":{"secret":1}})"}) {
    const Error error = failure_of([&] { return CredentialDocument{text, "config.json", DocumentKind::config}; });
    CHECK(error.code() == Errc::invalid_document);
    CHECK_FALSE(says(error, "secret"));
  }
  const CredentialDocument helper{R"({"credHelpers":{"quay.io":["secret"]}})", "config.json", DocumentKind::config};
  CHECK(found(helper, "ghcr.io") == std::nullopt);
  CHECK_FALSE(says(failure_of([&] { return helper.find("quay.io", "owner/name"); }), "secret"));
}

TEST_CASE("two entries with one key are refused: it would be chance which of them counts") {
  CHECK(failure_of([] { return document_of({{"quay.io", "a"}, {"quay.io", "b"}}); }).code() == Errc::invalid_document);
}

TEST_CASE("of several registries each has its own user") {
  const CredentialDocument several =
      document_of({{"ghcr.io", "a"}, {"quay.io", "b"}, {"localhost:5000", "c"}, {"[::1]:5000", "d"}, {"io", "e"}});
  CHECK(user_of(several, "ghcr.io") == "a");
  CHECK(user_of(several, "quay.io") == "b");
  CHECK(user_of(several, "localhost:5000") == "c");
  CHECK(user_of(several, "[::1]:5000") == "d");
  for (const char* other :
       {"localhost", "localhost:500", "xghcr.io", "ghcr.io.evil.example", "ghcr.io:8443", "cr.io"}) {
    CHECK(user_of(several, other) == "-");
  }
}

TEST_CASE("case, port 443, scheme and the path of a URL do not matter, but the exact key comes first") {
  for (const std::string key : {"ghcr.io", "GHCR.io", "ghcr.io:443", "https://ghcr.io", "HTTPS://ghcr.io/v1/",
                                "http://ghcr.io", "https://ghcr.io/owner", "ghcr.io/", "ghcr.io/v2/"}) {
    CAPTURE(key);
    CHECK(user_of(document_of({{key, "me"}}), "ghcr.io") == "me");
    CHECK(user_of(document_of({{key, "me"}}), "GHCR.IO:443") == "me");
  }
  CHECK(user_of(document_of({{"https://ghcr.io", "url"}, {"ghcr.io:443", "port"}, {"ghcr.io", "exact"}}), "ghcr.io") ==
        "exact");
  CHECK(user_of(document_of({{"https://ghcr.io", "url"}, {"ghcr.io:443", "port"}}), "ghcr.io") == "port");
}

TEST_CASE("keys with a user name, white space, another scheme or no host mean nothing") {
  for (const std::string key :
       {"https://me:secret@ghcr.io", "evil.example@ghcr.io", " ghcr.io", "ghcr.io\\n", "ftp://ghcr.io", "", "/",
        "https://", "//ghcr.io", "ghcr.io\\\\x", "ghcr.io?x", "ghcr.io#x", "\\u0000ghcr.io"}) {
    CAPTURE(key);
    CHECK(user_of(document_of({{key, "me"}}), "ghcr.io") == "-");
  }
}

TEST_CASE("Docker Hub has many names") {
  for (const std::string key : {"https://index.docker.io/v1/", "docker.io", "index.docker.io", "registry-1.docker.io",
                                "index.docker.io/v1/", "https://registry-1.docker.io/v2/"}) {
    for (const char* name : {"docker.io", "index.docker.io", "registry-1.docker.io", "Docker.io:443"}) {
      CHECK(user_of(document_of({{key, "me"}}), name) == "me");
    }
    CHECK(user_of(document_of({{key, "me"}}), "auth.docker.io") == "-");
    CHECK(user_of(document_of({{key, "me"}}), "docker.io.evil.example") == "-");
  }
  CHECK(user_of(document_of({{"docker.io", "podman"}, {"https://index.docker.io/v1/", "docker"}}), "docker.io") ==
        "docker");
}

TEST_CASE("of the namespaces that hold a repository the longest counts") {
  const CredentialDocument spaces = document_of({{"quay.io", "all"},
                                                 {"quay.io/owner", "owner"},
                                                 {"quay.io/owner/name", "name"},
                                                 {"ghcr.io/owner", "only"},
                                                 {"docker.io/library", "official"}});
  CHECK(user_of(spaces, "quay.io", "owner/name") == "name");
  CHECK(user_of(spaces, "quay.io", "owner/name/more") == "name");
  CHECK(user_of(spaces, "quay.io", "owner/names") == "owner");
  CHECK(user_of(spaces, "quay.io", "owners/name") == "all");
  CHECK(user_of(spaces, "quay.io", "") == "all");
  CHECK(user_of(spaces, "ghcr.io", "owner/x") == "only");
  CHECK(user_of(spaces, "ghcr.io", "other/x") == "-");
  CHECK(user_of(spaces, "ghcr.io", "") == "-");
  CHECK(user_of(spaces, "index.docker.io", "library/nginx") == "official");
}

TEST_CASE("a legacy document is the entries alone, and names no helpers") {
  const CredentialDocument legacy{
      "{\"https://index.docker.io/v1/\":" + entry("me") + ",\"credsStore\":\"evil\",\"auths\":7}", ".dockercfg",
      DocumentKind::legacy};
  CHECK(user_of(legacy, "docker.io") == "me");
  CHECK(user_of(legacy, "ghcr.io") == "-");
}

}  // namespace ocibuild
