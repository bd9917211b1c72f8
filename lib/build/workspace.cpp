// `cargo metadata`: running it, reading it.
#include "ocibuild/build/workspace.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "build/document.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view title = "cargo metadata";
constexpr std::string_view settings_key = "ocibuild";

std::string settings_below(const Field& owner) {
  const auto metadata = owner.find("metadata");
  if (!metadata || !metadata->value().is_object()) return {};  // other tools may put anything there
  const auto settings = metadata->find(settings_key);
  return settings ? settings->value().dump() : std::string{};
}

std::vector<BinaryTarget> read_binaries(const Field& targets) {
  std::vector<BinaryTarget> binaries;
  for (const Field& target : targets.items()) {
    const std::vector<std::string> kinds = target.at("kind").texts();
    if (std::find(kinds.begin(), kinds.end(), "bin") == kinds.end()) continue;
    const auto required = target.find("required-features");
    binaries.push_back({.name = target.at("name").text(),
                        .required_features = required ? required->texts() : std::vector<std::string>{}});
  }
  std::sort(binaries.begin(), binaries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return binaries;
}

std::map<std::string, std::vector<std::string>> read_features(const Field& features) {
  std::map<std::string, std::vector<std::string>> result;
  for (const auto& [name, enables] : features.members()) result.emplace(name, enables.texts());
  return result;
}

std::vector<std::string> read_dependency_names(const Field& dependencies) {
  std::set<std::string> names;
  for (const Field& dependency : dependencies.items()) {
    const std::string rename = dependency.text_or_empty("rename");
    names.insert(rename.empty() ? dependency.at("name").text() : rename);
  }
  return {names.begin(), names.end()};
}

Package read_package(const Field& package) {
  return Package{.id = package.at("id").text(),
                 .name = package.at("name").text(),
                 .version = package.at("version").text(),
                 .description = package.text_or_empty("description"),
                 .license = package.text_or_empty("license"),
                 .repository = package.text_or_empty("repository"),
                 .homepage = package.text_or_empty("homepage"),
                 .rust_version = package.text_or_empty("rust_version"),
                 .manifest_path = package.at("manifest_path").text(),
                 .binaries = read_binaries(package.at("targets")),
                 .features = read_features(package.at("features")),
                 .dependencies = read_dependency_names(package.at("dependencies")),
                 .settings = settings_below(package)};
}

// Cargo's own words: its first error as the message, what follows as notes. Help only where cargo gives none.
Error metadata_error(const CargoOptions& options, const std::vector<std::string>& lines) {
  constexpr std::string_view prefix = "error: ";
  const auto first =
      std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(prefix); });
  const std::string words = first == lines.end() ? "it ended without a word" : first->substr(prefix.size());
  const bool no_manifest = words.starts_with("could not find `Cargo.toml`") || words.ends_with("does not exist");
  Error error = no_manifest ? Error{Errc::not_found, fmt::format("no cargo workspace: {}", words)}
                            : Error{Errc::invalid_document, fmt::format("cargo refuses the workspace: {}", words)};
  for (auto line = first; line != lines.end() && ++line != lines.end();) {
    if (!line->empty()) error.add_note(fmt::format("cargo: {}", *line));
  }
  if (no_manifest && options.manifest_path.empty()) {
    error.add_help("name the workspace with `--manifest-path PATH/Cargo.toml`, or make one with `cargo init`");
  }
  return error;
}

}  // namespace

const Package* find_member(const Workspace& workspace, std::string_view name) {
  for (const Package& member : workspace.members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

Workspace parse_workspace(std::string_view metadata) {
  const nlohmann::json document = parse_document(metadata, title);
  const Field root{document, title};
  const std::vector<std::string> ids = root.at("workspace_members").texts();
  const std::set<std::string> member_ids{ids.begin(), ids.end()};
  Workspace workspace{.root = root.at("workspace_root").text(),
                      .target_directory = root.at("target_directory").text(),
                      .members = {},
                      .settings = settings_below(root)};
  for (const Field& package : root.at("packages").items()) {
    if (member_ids.contains(package.at("id").text())) workspace.members.push_back(read_package(package));
  }
  std::sort(workspace.members.begin(), workspace.members.end(),
            [](const Package& a, const Package& b) { return a.name < b.name; });
  return workspace;
}

Workspace load_workspace(const RunCommand& run, const CargoOptions& options) {
  Command command{.argv = {options.cargo, "metadata", "--format-version", "1", "--no-deps", "--color", "never"}};
  if (!options.manifest_path.empty()) {
    command.argv.insert(command.argv.end(), {"--manifest-path", options.manifest_path.string()});
  }
  command.argv.insert(command.argv.end(), options.flags.begin(), options.flags.end());
  std::string output;
  std::vector<std::string> errors;
  const auto collect = [&](std::string_view line) { output.append(line).append("\n"); };
  const auto complain = [&](std::string_view line) { errors.emplace_back(line); };
  ExitStatus status;
  try {
    status = run(command, {.standard_output = collect, .standard_error = complain});
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error{Errc::not_found, fmt::format("there is no `{}`, which compiles the workspace", options.cargo)}.add_help(
        "install Rust from https://rustup.rs, or `apt-get install cargo`, or set CARGO to where it is");
  }
  if (!status.ok()) throw metadata_error(options, errors);
  return parse_workspace(output);
}

}  // namespace ocibuild
