// Discovering a Rust toolchain by asking rustc, and by looking into its sysroot.
#include "ocibuild/build/toolchain.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

std::string ask_rustc(const RunCommand& run, const ToolchainQuery& query, std::vector<std::string> arguments) {
  Command command{.argv = {query.rustc}, .environment = {}, .removed_environment = {}, .directory = query.directory};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  try {
    return command_output(run, command);
  } catch (Error& error) {
    if (error.code() == Errc::not_found) {
      error.add_help(
          "install Rust: `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh`, or "
          "`apt-get install rustc-web cargo-web` on Debian; set RUSTC when it is not in PATH");
    }
    throw;
  }
}

/// The value of a line `key: value` of `rustc -vV`.
std::string value_of(std::string_view answer, std::string_view key) {
  while (!answer.empty()) {
    const auto end = answer.find('\n');
    const auto line = answer.substr(0, end);
    if (line.starts_with(key) && line.substr(key.size()).starts_with(": "))
      return std::string{line.substr(key.size() + 2)};
    answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 1);
  }
  return {};
}

bool is_standard_library(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  return name.starts_with("libstd-") && name.ends_with(".rlib");
}

std::set<std::string> installed_targets(const std::filesystem::path& sysroot) {
  namespace fs = std::filesystem;
  std::set<std::string> targets;
  std::error_code absent;  // what cannot be listed is not installed
  for (const auto& target : fs::directory_iterator{sysroot / "lib" / "rustlib", absent}) {
    const fs::directory_iterator libraries{target.path() / "lib", absent};
    const bool has_std =
        std::ranges::any_of(libraries, [](const auto& file) { return is_standard_library(file.path()); });
    if (has_std) targets.insert(target.path().filename().string());
  }
  return targets;
}

/// The Debian package a file belongs to; empty when there is none, or no dpkg.
std::string debian_package(const RunCommand& run, const std::filesystem::path& file) {
  std::string answer;
  const Command command{.argv = {"dpkg-query", "--search", file.string()}, .environment = {{"LC_ALL", "C"}}};
  const CommandOutput output{
      .standard_output =
          [&](std::string_view line) {
            if (answer.empty()) answer = line;
          },
      .standard_error = [](std::string_view) {},
  };
  try {
    if (!run(command, output).ok()) return {};
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return {};
    throw;
  }
  return answer.substr(0, answer.find(':'));
}

void identify_installer(const RunCommand& run, Toolchain& toolchain) {
  if (toolchain.sysroot.parent_path().filename() == "toolchains") {  // of rustup's home
    toolchain.installer = Installer::rustup;
    toolchain.name = toolchain.sysroot.filename().string();
    return;
  }
  toolchain.name = debian_package(run, toolchain.sysroot / "bin" / "rustc");
  toolchain.installer = toolchain.name.empty() ? Installer::other : Installer::debian;
}

}  // namespace

Toolchain discover_toolchain(const RunCommand& run, const ToolchainQuery& query) {
  const auto version = ask_rustc(run, query, {"-vV"});
  auto sysroot = ask_rustc(run, query, {"--print", "sysroot"});
  sysroot.erase(sysroot.find_last_not_of("\r\n") + 1);
  Toolchain toolchain{
      .cargo = query.cargo,
      .rustc = query.rustc,
      .version = value_of(version, "release"),
      .host = value_of(version, "host"),
      .commit_hash = value_of(version, "commit-hash"),
      .sysroot = sysroot,
  };
  if (toolchain.host.empty() || sysroot.empty()) {
    throw Error{Errc::invalid_document, fmt::format("`{} -vV` names no host, expected a Rust compiler", query.rustc)};
  }
  if (toolchain.commit_hash == "unknown") toolchain.commit_hash.clear();
  identify_installer(run, toolchain);
  std::error_code absent;
  toolchain.has_rust_lld =
      std::filesystem::exists(toolchain.sysroot / "lib" / "rustlib" / toolchain.host / "bin" / "rust-lld", absent);
  toolchain.targets = installed_targets(toolchain.sysroot);
  return toolchain;
}

}  // namespace ocibuild
