// Cargo's configuration, as `cargo config get` tells it (Cargo Book, "Configuration").
#include "ocibuild/build/cargo_configuration.hpp"

#include <optional>

#include <fmt/format.h>

#include "build/document.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

/// An entry of `[env]`: a text, or a table whose `value` is one.
std::optional<std::string> text_of(const Field& entry) {
  if (entry.value().is_string()) return entry.text();
  if (!entry.value().is_object()) return std::nullopt;
  return entry.text_or_empty("value");
}

void read_targets(const Field& targets, CargoConfiguration& configuration) {
  for (const auto& [name, target] : targets.members()) {
    if (!target.value().is_object()) continue;
    if (const auto linker = target.find("linker")) configuration.linkers[name] = linker->text();
  }
}

/// A path in a config file counts from the directory that `.cargo` lies in, which for a workspace is its root.
std::string program(std::string name, const std::filesystem::path& directory) {
  const bool relative = name.find('/') != std::string::npos && !name.starts_with('/');
  return relative ? (directory / name).string() : name;
}

}  // namespace

CargoConfiguration parse_cargo_configuration(std::string_view json) {
  const auto document = parse_document(json, "cargo's configuration");
  const Field root{document, "cargo's configuration"};
  CargoConfiguration configuration;
  if (const auto build = root.find("build")) {
    configuration.rustc = build->text_or_empty("rustc");
    configuration.rustc_wrapper = build->text_or_empty("rustc-wrapper");
  }
  if (const auto targets = root.find("target")) read_targets(*targets, configuration);
  if (const auto environment = root.find("env")) {
    for (const auto& [name, entry] : environment->members()) {
      if (auto value = text_of(entry)) configuration.environment[name] = std::move(*value);
    }
  }
  return configuration;
}

void apply_environment(CargoConfiguration& configuration, const std::map<std::string, std::string>& environment) {
  const auto override_with = [&](std::string& value, const char* variable) {
    if (const auto found = environment.find(variable); found != environment.end()) value = found->second;
  };
  override_with(configuration.rustc, "CARGO_BUILD_RUSTC");
  override_with(configuration.rustc, "RUSTC");
  override_with(configuration.rustc_wrapper, "CARGO_BUILD_RUSTC_WRAPPER");
  override_with(configuration.rustc_wrapper, "RUSTC_WRAPPER");  // also an empty one, which switches a wrapper off
}

CargoConfiguration read_cargo_configuration(const RunCommand& run, const std::string& cargo,
                                            const std::filesystem::path& directory,
                                            const std::map<std::string, std::string>& environment) {
  const Command command{
      .argv = {cargo, "-Z", "unstable-options", "config", "get", "--format", "json"},
      .environment = {{"RUSTC_BOOTSTRAP", "1"}},
      .removed_environment = {},
      .directory = directory,
  };
  auto configuration = parse_cargo_configuration(command_output(run, command));
  configuration.rustc = program(std::move(configuration.rustc), directory);
  configuration.rustc_wrapper = program(std::move(configuration.rustc_wrapper), directory);
  apply_environment(configuration, environment);
  return configuration;
}

std::string target_variable(std::string_view target, std::string_view key) {
  std::string name = fmt::format("CARGO_TARGET_{}_{}", target, key);
  for (char& letter : name) {
    if (letter == '-' || letter == '.') letter = '_';
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return name;
}

}  // namespace ocibuild
