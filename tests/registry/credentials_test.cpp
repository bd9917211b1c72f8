#include <doctest/doctest.h>

#include <filesystem>

#include "registry/credential_places.hpp"
#include "registry/user.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::auths;
using testing::failure_of;
using testing::says;
using testing::User;

struct Document {
  std::string variable;  // or empty
  std::string value;     // `~` is the home directory
  std::string file;      // below the home directory, or empty
  std::string title;     // what is said to have had the credential
};

/// Every document, from the first that counts to the last.
const std::vector<Document> documents{
    {"DOCKER_AUTH_CONFIG", "", "", "DOCKER_AUTH_CONFIG"},
    {"XDG_RUNTIME_DIR", "~/run", "run/containers/auth.json", "~/run/containers/auth.json"},
    {"XDG_CONFIG_HOME", "~/xdg", "xdg/containers/auth.json", "~/xdg/containers/auth.json"},
    {"DOCKER_CONFIG", "~/docker", "docker/config.json", "~/docker/config.json"},
    {"", "", ".dockercfg", "~/.dockercfg"},
};

void add(User& user, const Document& document, const std::string& text) {
  const std::string home = user.options.home.native();
  if (document.file.empty()) {
    user.with_variable(document.variable, text);
    return;
  }
  if (!document.variable.empty()) user.with_variable(document.variable, home + document.value.substr(1));
  user.with_file(document.file, text);
}

std::string text_of(const Document& document, const std::string& key) {
  const bool legacy = document.file == ".dockercfg";
  return legacy ? fmt::format(R"({{"{}":{}}})", key, testing::entry("octocat")) : auths(key, "octocat");
}

}  // namespace

TEST_CASE("without any source requests are anonymous, and nothing is run") {
  User user;
  CHECK(user.find("ghcr.io") == std::nullopt);
  CHECK(user.commands.empty());
  CHECK(user.warnings.empty());
}

TEST_CASE("every document alone has the credential, and is named as its source") {
  for (const Document& document : documents) {
    CAPTURE(document.title);
    User user;
    add(user, document, text_of(document, "quay.io"));
    const Credential expected{.username = "octocat", .password = "secret", .source = document.title};
    CHECK(user.find("quay.io") == expected);
    CHECK(user.find("ghcr.io") == std::nullopt);
  }
}

TEST_CASE("of several documents the first that mentions the registry counts") {
  for (std::size_t first = 0; first < documents.size(); ++first) {
    User user;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      add(user, documents[i], text_of(documents[i], i < first ? "elsewhere.example" : "quay.io"));
    }
    CHECK(user.found("quay.io") == "octocat " + documents[first].title);
  }
}

TEST_CASE("without their variables the directories of podman and docker are below the home directory") {
  User user;
  user.with_file(".docker/config.json", auths("quay.io", "docker"));
  CHECK(user.found("quay.io") == "docker ~/.docker/config.json");
  user.with_file(".config/containers/auth.json", auths("quay.io", "podman"));
  CHECK(user.found("quay.io") == "podman ~/.config/containers/auth.json");
}

TEST_CASE("without XDG_RUNTIME_DIR podman's directory in /run is looked at, relative directories never") {
  CredentialOptions options{.environment = {{"XDG_RUNTIME_DIR", "run"}, {"XDG_CONFIG_HOME", "x"}}, .uid = 1000};
  const std::vector<CredentialPlace> places = credential_places(options);
  REQUIRE(places.size() == 1);  // there is no home
  CHECK(places[0].path == "/run/containers/1000/auth.json");
  options.environment["XDG_RUNTIME_DIR"] = "/run/user/1000";
  CHECK(credential_places(options)[0].path == "/run/user/1000/containers/auth.json");
}

TEST_CASE("REGISTRY_AUTH_FILE takes the place of every file, and must be there") {
  User user;
  user.with_file("auth.json", auths("quay.io", "chosen")).with_file(".docker/config.json", auths("ghcr.io", "docker"));
  user.with_variable("REGISTRY_AUTH_FILE", (user.options.home / "auth.json").native());
  CHECK(user.found("quay.io") == "chosen ~/auth.json");
  CHECK(user.found("ghcr.io") == "-");
  user.with_variable("DOCKER_AUTH_CONFIG", auths("quay.io", "variable"));
  CHECK(user.found("quay.io") == "variable DOCKER_AUTH_CONFIG");
  user.with_variable("REGISTRY_AUTH_FILE", "/nowhere/auth.json");
  const Error error = failure_of([&] { return user.find("ghcr.io"); });
  CHECK(error.code() == Errc::not_found);
  CHECK(std::string_view{error.what()} == "REGISTRY_AUTH_FILE: /nowhere/auth.json: no such file");
}

TEST_CASE("a given credential comes first, for its registry and no other") {
  User user;
  user.with_variable("GITHUB_TOKEN", "token").with_variable("OCIBUILD_USERNAME", "ci");
  user.with_variable("OCIBUILD_PASSWORD", "secret").with_file(".docker/config.json", auths("quay.io", "docker"));
  user.options.registry = "ghcr.io";
  CHECK(user.found("ghcr.io") == "ci OCIBUILD_USERNAME");
  CHECK(user.found("GHCR.io:443") == "ci OCIBUILD_USERNAME");
  user.options.given = Credential{.username = "me", .password = "secret", .source = "--username"};
  CHECK(user.find("ghcr.io") == user.options.given);
  for (const char* other : {"docker.io", "ghcr.io:8443", "ghcr.io.evil.example", "xghcr.io", "localhost"}) {
    CHECK(user.found(other) == "-");
  }
  CHECK(user.found("quay.io") == "docker ~/.docker/config.json");
}

TEST_CASE("explicit credentials go nowhere when no registry is pushed to") {
  User user;
  user.with_variable("OCIBUILD_USERNAME", "ci").with_variable("OCIBUILD_PASSWORD", "secret");
  for (const char* registry : {"ghcr.io", "docker.io", ""}) CHECK(user.found(registry) == "-");
  CHECK(user.warnings.empty());
  user.options.given = Credential{.username = "me", .password = "secret"};
  CHECK(failure_of([&] { return user.finder(); }).code() == Errc::invalid_argument);
}

TEST_CASE("half a credential is refused when given, and not used with a warning in the environment") {
  User user;
  user.options.registry = "ghcr.io";
  user.with_variable("OCIBUILD_USERNAME", "ci").with_variable("OCIBUILD_PASSWORD", "");
  CHECK(user.found("ghcr.io") == "-");
  const std::string warning = "only one of OCIBUILD_USERNAME and OCIBUILD_PASSWORD is set: it is not used";
  CHECK(user.warnings == std::vector<std::string>{warning});
  for (const Credential& half : {Credential{.username = "me"}, Credential{.password = "secret"}, Credential{}}) {
    user.options.given = half;
    const Error error = failure_of([&] { return user.finder(); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK_FALSE(says(error, "secret"));
  }
  user.options.given = Credential{.registry_token = "token"};
  CHECK(user.find("ghcr.io") == user.options.given);
}

TEST_CASE("GITHUB_TOKEN goes to ghcr.io and to nobody else") {
  User user;
  user.with_variable("GITHUB_TOKEN", "marked-token").with_variable("GITHUB_ACTOR", "octocat");
  user.with_file(".docker/config.json", auths("ghcr.io", "docker"));
  const Credential expected{.username = "octocat", .password = "marked-token", .source = "GITHUB_TOKEN"};
  for (const char* registry : {"ghcr.io", "GHCR.IO", "ghcr.io:443", "GHCR.IO:443"}) {
    CHECK(user.find(registry) == expected);
  }
  for (const std::string registry :
       {"ghcr.io.evil.example", "xghcr.io", "x.ghcr.io", "ghcr.io:8443", "ghcr.io:80", "ghcr.io:443:443", "ghcr.io.",
        "ghcr.io@evil.example", "ghcr.io/evil", "ghcr.i", "docker.io", "localhost:443", ":443", ""}) {
    CAPTURE(registry);
    CHECK(user.find(registry) == std::nullopt);
  }
}

TEST_CASE("without GITHUB_ACTOR the user name is a placeholder, and an empty GITHUB_TOKEN is none") {
  User user;
  CHECK(user.with_variable("GITHUB_TOKEN", "token").found("ghcr.io") == "unset GITHUB_TOKEN");
  CHECK(user.with_variable("GITHUB_TOKEN", "").found("ghcr.io") == "-");
}

TEST_CASE("a document that cannot be understood is named and not quoted") {
  for (const Document& document : documents) {
    for (const char* text : {"{\"auths\": {\"secret", "[\"secret\"]", "secret", "{\"s\": 1, \"s\": \"secret\"}"}) {
      CAPTURE(document.title);
      User user;
      add(user, document, text);
      const Error error = failure_of([&] { return user.find("quay.io"); });
      CHECK(error.code() == Errc::invalid_document);
      CHECK(std::string_view{error.what()}.starts_with(document.title + ": not a JSON "));
      CHECK_FALSE(says(error, "secret"));
    }
  }
}

TEST_CASE("a file that is empty or cannot be read is passed over, the latter with a warning") {
  User user;
  user.with_file(".config/containers/auth.json", " \n").with_file(".docker/config.json", auths("quay.io", "docker"));
  CHECK(user.found("quay.io") == "docker ~/.docker/config.json");
  CHECK(user.warnings.empty());
  const std::filesystem::path loop = user.options.home / "run/containers/auth.json";
  std::filesystem::create_directories(loop.parent_path());
  std::filesystem::create_symlink("auth.json", loop);
  user.with_variable("XDG_RUNTIME_DIR", (user.options.home / "run").native());
  CHECK(user.found("quay.io") == "docker ~/.docker/config.json");
  REQUIRE(user.warnings.size() == 1);
  CHECK(user.warnings[0].starts_with(loop.native()));
}

TEST_CASE("a file above 1 MiB is refused, also with REGISTRY_AUTH_FILE") {
  User user;
  user.with_file("auth.json", std::string((1 << 20) + 1, ' '));
  user.with_variable("REGISTRY_AUTH_FILE", (user.options.home / "auth.json").native());
  CHECK(failure_of([&] { return user.find("quay.io"); }).code() == Errc::invalid_document);
}

TEST_CASE("a file is read once") {
  User user;
  user.with_file(".docker/config.json", auths("quay.io", "before"));
  const FindCredential find = user.finder();
  CHECK(find("quay.io", "a/b")->username == "before");
  user.with_file(".docker/config.json", auths("quay.io", "after"));
  CHECK(find("quay.io", "c/d")->username == "before");
}

}  // namespace ocibuild
