// A user with a home directory, an environment and credential helpers, who asks for credentials.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/registry/credentials.hpp"
#include "spec/base64.hpp"

namespace ocibuild::testing {

/// An entry of `auths` for a user with that name and the password `secret`.
inline std::string entry(const std::string& name) {
  return fmt::format(R"({{"auth":"{}"}})", encode_base64(name + ":secret"));
}

/// A document with one entry.
inline std::string auths(const std::string& key, const std::string& name) {
  return fmt::format(R"({{"auths":{{"{}":{}}}}})", key, entry(name));
}

/// A helper: what it prints and how it ends, for what it is asked.
struct HelperOutput {
  std::string text;
  int code = 0;
};
using Helper = std::function<HelperOutput(const std::string& server)>;

struct User {
  TempDir directory{std::filesystem::temp_directory_path()};
  CredentialOptions options{.home = directory.path() / "home"};
  std::map<std::string, Helper> helpers;  // by the name of the program
  std::vector<Command> commands;
  std::vector<std::string> warnings;

  /// Writes a file below the home directory.
  User& with_file(const std::string& path, const std::string& content) {
    const std::filesystem::path file = options.home / path;
    std::filesystem::create_directories(file.parent_path());
    write_file(file, content);
    return *this;
  }

  User& with_variable(const std::string& name, const std::string& value) {
    options.environment[name] = value;
    return *this;
  }

  User& with_helper(const std::string& program, Helper helper) {
    helpers[program] = std::move(helper);
    return *this;
  }

  /// The function that finds this user's credentials; the user must outlive it.
  FindCredential finder() {
    options.warn = [this](std::string_view warning) { warnings.emplace_back(warning); };
    return find_credentials(
        options, [this](const Command& command, const CommandOutput& output) { return run(command, output); });
  }

  std::optional<Credential> find(std::string_view registry, std::string_view repository = "owner/name") {
    return finder()(registry, repository);
  }

  /// The name of the user that is found, `-` for none, then who said so.
  std::string found(std::string_view registry, std::string_view repository = "owner/name") {
    const std::optional<Credential> credential = find(registry, repository);
    return credential ? credential->username + " " + credential->source : "-";
  }

 private:
  ExitStatus run(const Command& command, const CommandOutput& output) {
    commands.push_back(command);
    const auto helper = helpers.find(command.argv.at(0));
    if (helper == helpers.end()) throw Error{Errc::not_found, command.argv[0] + ": no such program"};
    const HelperOutput answer = helper->second(command.input);
    output.standard_output(answer.text);
    return {.code = answer.code};
  }
};

}  // namespace ocibuild::testing
