#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "registry/user.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::auths;
using testing::entry;
using testing::Helper;
using testing::HelperOutput;
using testing::User;

/// A helper that always prints the same.
Helper prints(std::string text, int code = 0) {
  return [output = HelperOutput{.text = std::move(text), .code = code}](const std::string&) { return output; };
}

/// A helper that knows a user of every server it is asked for.
HelperOutput knows_everybody(const std::string& server) {
  return {.text = fmt::format(R"({{"ServerURL":"{0}","Username":"user of {0}","Secret":"secret"}})", server)};
}

/// A user whose store is `keychain`, with entries and a later file that must not count when the store fails.
struct UserOfStore : User {
  explicit UserOfStore(Helper helper) {
    with_file(".docker/config.json", fmt::format(R"({{"credsStore":"keychain","auths":{{"quay.io":{},"ghcr.io":{}}}}})",
                                                 entry("plain"), entry("other")));
    with_file(".dockercfg", fmt::format(R"({{"quay.io":{}}})", entry("legacy")));
    if (helper) with_helper("docker-credential-keychain", std::move(helper));
  }
};

}  // namespace

TEST_CASE("a store is asked for the registry over standard input, and its answer counts") {
  UserOfStore user{knows_everybody};
  user.options.helper_timeout = std::chrono::seconds{7};
  const Credential expected{.username = "user of quay.io",
                            .password = "secret",
                            .source = "docker-credential-keychain (~/.docker/config.json)"};
  CHECK(user.find("quay.io") == expected);
  REQUIRE(user.commands.size() == 1);
  const Command& command = user.commands[0];
  CHECK(command.argv == std::vector<std::string>{"docker-credential-keychain", "get"});
  CHECK(command.input == "quay.io");
  CHECK(command.timeout == std::chrono::seconds{7});
  CHECK(command.removed_environment == std::vector<std::string>{"OCIBUILD_PASSWORD"});
  CHECK(user.warnings.empty());
}

TEST_CASE("the user name <token> says that the secret is an identity token") {
  UserOfStore user{prints(R"({"Username":"<token>","Secret":"abc"})")};
  const auto credential = user.find("quay.io");
  REQUIRE(credential);
  CHECK(credential->identity_token == "abc");
  CHECK(credential->username.empty());
  CHECK(credential->password.empty());
}

TEST_CASE("Docker Hub is known to a store by the URL that docker login uses") {
  for (const char* name : {"docker.io", "index.docker.io", "registry-1.docker.io"}) {
    UserOfStore user{knows_everybody};
    CHECK(user.found(name).starts_with("user of https://index.docker.io/v1/ "));
  }
}

TEST_CASE("a helper that knows of no credential leaves it to the next document, not to its own") {
  for (Helper helper : {prints("credentials not found in native keychain\n", 1),
                        prints(R"({"ServerURL":"","Username":"","Secret":""})"), prints("{}")}) {
    UserOfStore user{std::move(helper)};
    CHECK(user.found("quay.io") == "legacy ~/.dockercfg");
    CHECK(user.warnings.empty());
  }
}

TEST_CASE("AU06: a helper that fails leads to a warning and to anonymous requests, whatever else is there") {
  struct Case {
    Helper helper;
    std::string failure;
  };
  const auto hangs = [](const std::string&) -> HelperOutput { throw Error{Errc::unavailable, "stopped"}; };
  const std::string garbage = "its answer is not the JSON that helpers write";
  const Case cases[] = {
      {{}, "there is no such program"},
      {hangs, "it took longer than 60000 ms"},
      {prints("marked-secret", 1), "it ended with exit code 1"},
      {prints("marked-secret"), garbage},
      {prints(""), garbage},
      {prints("[]"), garbage},
      {prints(R"({"Username":"marked-secret","Secret":17})"), garbage},
      {prints(R"({"Username":"a","Secret":"marked-secret","Secret":"b"})"), garbage},
      {prints(R"({"Secret":"marked-secret"})"), "its answer has only one of Username and Secret"},
      {prints(R"({"Username":"marked-secret","Secret":""})"), "its answer has only one of Username and Secret"},
      {prints(R"({"ServerURL":"ghcr.io","Username":"a","Secret":"b"})"), "its answer is for another registry"},
      {prints(std::string(300 << 10, ' ')), "it printed more than 262144 bytes"},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.failure);
    UserOfStore user{wrong.helper};
    CHECK(user.find("quay.io") == std::nullopt);
    REQUIRE(user.warnings.size() == 1);
    CHECK(user.warnings[0] == fmt::format("the credential helper \"keychain\", which ~/.docker/config.json names for "
                                          "quay.io, failed: {}; requests to quay.io are anonymous",
                                          wrong.failure));
  }
}

TEST_CASE("a helper for one registry wins over the store, and an empty name means the entries of the document") {
  User user;
  user.with_file(".docker/config.json",
                 fmt::format(R"({{"credsStore":"broken","credHelpers":{{"https://quay.io":"mine","ghcr.io":""}},)"
                             R"("auths":{{"ghcr.io":{}}}}})",
                             entry("plain")));
  user.with_helper("docker-credential-mine", knows_everybody);
  CHECK(user.found("quay.io") == "user of https://quay.io docker-credential-mine (~/.docker/config.json)");
  CHECK(user.found("ghcr.io") == "plain ~/.docker/config.json");
  CHECK(user.warnings.empty());
}

TEST_CASE("a helper of one registry is not asked for another") {
  User user;
  user.with_variable("GITHUB_TOKEN", "token");
  user.with_file(".docker/config.json", R"({"credHelpers":{"quay.io":"mine","ghcr.io":"mine"}})");
  user.with_helper("docker-credential-mine", knows_everybody);
  for (const char* registry : {"docker.io", "quay.io.evil.example", "xquay.io", "quay.io:8443", "io", "ghcr.io"}) {
    const auto credential = user.find(registry);
    CHECK((!credential || credential->source == "GITHUB_TOKEN"));
  }
  CHECK(user.commands.empty());
}

TEST_CASE("a helper whose name could be a path is not run") {
  for (const char* suffix : {"../evil", "a/b", "a b", "$(x)", "a\\nb", "\\u00e9"}) {
    User user;
    user.with_file(".docker/config.json", fmt::format(R"({{"credsStore":"{}"}})", suffix));
    CHECK(user.find("quay.io") == std::nullopt);
    CHECK(user.commands.empty());
    REQUIRE(user.warnings.size() == 1);
    CHECK(user.warnings[0].find('\n') == std::string::npos);
  }
}

TEST_CASE("DOCKER_AUTH_CONFIG names no helpers") {
  User user;
  user.with_variable("DOCKER_AUTH_CONFIG", R"({"credsStore":"keychain","credHelpers":{"quay.io":"mine"}})");
  user.with_file(".docker/config.json", auths("quay.io", "docker"));
  CHECK(user.found("quay.io") == "docker ~/.docker/config.json");
  CHECK(user.commands.empty());
}

TEST_CASE("a helper runs once for a registry, and warns once, however many threads ask") {
  for (const bool fails : {false, true}) {
    User user;
    user.with_file(".docker/config.json", R"({"credsStore":"slow"})");
    std::atomic<int> runs = 0;
    user.with_helper("docker-credential-slow", [&](const std::string& server) {
      ++runs;
      std::this_thread::yield();
      return fails ? HelperOutput{.text = "", .code = 1} : knows_everybody(server);
    });
    const FindCredential find = user.finder();
    std::vector<std::optional<Credential>> found(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < found.size(); ++i) {
      threads.emplace_back([&, i] { found[i] = find("quay.io", "owner/" + std::to_string(i)); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& credential : found) CHECK(credential.has_value() != fails);
    CHECK(runs == 1);
    CHECK(user.warnings.size() == (fails ? 1 : 0));
  }
}

TEST_CASE("programs are run as helpers, and one that hangs is ended") {
  User user;
  const auto add_program = [&](const std::string& name, const std::string& script) {
    user.with_file(name, "#!/bin/sh\n" + script);
    std::filesystem::permissions(user.options.home / name, std::filesystem::perms::owner_all);
  };
  add_program("docker-credential-echo", R"sh(printf '{"Username":"%s","Secret":"of %s"}' "$1" "$(cat)")sh");
  add_program("docker-credential-hang", "sleep 1000");
  user.with_file(".docker/config.json", R"({"credHelpers":{"quay.io":"echo","ghcr.io":"hang"}})");
  user.options.helper_timeout = std::chrono::milliseconds{300};
  user.options.warn = [&](std::string_view warning) { user.warnings.emplace_back(warning); };
  const FindCredential find = find_credentials(user.options, [&](Command command, const CommandOutput& output) {
    command.argv[0] = user.options.home / command.argv[0];
    return run_command(command, output);
  });
  const auto credential = find("quay.io", "owner/name");
  REQUIRE(credential);
  CHECK(credential->username == "get");
  CHECK(credential->password == "of quay.io");
  CHECK(find("ghcr.io", "owner/name") == std::nullopt);
  REQUIRE(user.warnings.size() == 1);
  CHECK(user.warnings[0].find("it took longer than 300 ms") != std::string::npos);
}

}  // namespace ocibuild
