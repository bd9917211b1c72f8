// From the command line to a plan.
#include "planning.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/build/github_run.hpp"
#include "options.hpp"

namespace ocibuild {
namespace {

/// The pieces of `--platform a,b --platform c`.
std::vector<std::string> split_lists(const std::vector<std::string>& lists, std::string_view separators) {
  std::vector<std::string> words;
  for (std::string_view list : lists) {
    while (!list.empty()) {
      const std::size_t end = list.find_first_of(separators);
      if (end != 0) words.emplace_back(list.substr(0, end));
      list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
  }
  return words;
}

template <class Value>
std::optional<std::vector<Value>> unless_empty(std::vector<Value> values) {
  if (values.empty()) return std::nullopt;
  return values;
}

std::vector<Platform> parse_platforms(const std::vector<std::string>& lists) {
  std::vector<Platform> platforms;
  for (const std::string& word : split_lists(lists, ",")) {
    platforms.push_back(with_context("--platform", [&] { return Platform::parse(word); }));
  }
  return platforms;
}

std::vector<std::string> tags(const PlanningOptions& options, const Environment& environment) {
  std::vector<std::string> all = options.tags;
  if (!options.tags_from) return all;
  for (std::string& tag : tags_for(read_github_run(environment))) all.push_back(std::move(tag));
  return all;
}

Settings command_line_settings(const PlanningOptions& options, const Environment& environment) {
  Settings settings;
  settings.registry = options.registry;
  settings.base = options.base;
  settings.platforms = unless_empty(parse_platforms(options.platforms));
  settings.tags = unless_empty(tags(options, environment));
  settings.profile = options.profile;
  settings.compression = options.compression;
  settings.features = unless_empty(split_lists(options.features, ", "));
  return settings;
}

}  // namespace

void add_tags_from(CLI::App& command, PlanningOptions& options) {
  add_choice<TagSource>(command, "--tags-from", options.tags_from, {{"github", TagSource::github}},
                        "tags by the branch, tag or pull request of a GitHub Actions run; with --tag: besides")
      ->envname("OCIBUILD_TAGS_FROM");
}

void add_planning_options(CLI::App& command, PlanningOptions& options) {
  add_list(command, "COMPONENT", options.components, "COMPONENT",
           "what to build; default: every binary of the workspace");
  add_text(command, "--manifest-path", options.manifest_path, "FILE",
           "the Cargo.toml; default: of the directory we are in");
  add_list(command, "-p,--package", options.packages, "NAME", "only the binaries of this package; repeatable");
  add_text(command, "--profile", options.profile, "NAME", "cargo profile; default: release");
  add_list(command, "--features", options.features, "LIST", "cargo features to activate; repeatable");
  add_list(command, "--platform", options.platforms, "LIST", "what to build for; default: linux/amd64,linux/arm64");
  add_text(command, "--registry", options.registry, "HOST/OWNER",
           "where the images will live; becomes part of their names");
  add_text(command, "--base", options.base, "PLACE",
           "what every image stands on: scratch, a registry reference, a layout or archive; default: scratch");
  add_list(command, "--tag", options.tags, "TAG", "tag for every image; repeatable; default: latest");
  add_tags_from(command, options);
  add_choice<Compression>(command, "--compression", options.compression,
                          {{"gzip", Compression::gzip}, {"zstd", Compression::zstd}}, "of layers; default: gzip");
  add_list(command, "--binary", options.binaries, "COMPONENT:PLATFORM=PATH",
           "take this binary instead of compiling it; repeatable");
  add_text(command, "--shard", options.shard, "I/N",
           "only part I of N of the images, from 1 to N; `ocibuild index merge` joins the parts")
      ->envname("OCIBUILD_SHARD");
  command.add_flag("--locked", options.locked, "Cargo.lock and ocibuild.lock must not change");
  command.add_flag("--offline", options.offline, "cargo must not use the network");
  command.add_flag("--frozen", options.frozen, "both");
}

Shard wanted_shard(const PlanningOptions& options) {
  if (!options.shard) return {};
  return with_context("--shard", [&] { return Shard::parse(*options.shard); });
}

PlanRequest plan_request(const PlanningOptions& options, const Environment& environment) {
  PlanRequest request{.components = options.components,
                      .packages = options.packages,
                      .command_line = command_line_settings(options, environment),
                      .environment = environment};
  if (is_set(environment, "CARGO")) request.cargo.cargo = value_of(environment, "CARGO");
  request.cargo.manifest_path = options.manifest_path;
  if (options.locked) request.cargo.flags.emplace_back("--locked");
  if (options.offline) request.cargo.flags.emplace_back("--offline");
  if (options.frozen) request.cargo.flags.emplace_back("--frozen");
  for (const std::string& binary : options.binaries) request.binaries.push_back(GivenBinary::parse(binary));
  request.shard = wanted_shard(options);
  return request;
}

LockPolicy lock_policy(const PlanningOptions& options) {
  return options.locked || options.frozen ? LockPolicy::locked : LockPolicy::complete;
}

Plan make_shown_plan(const PlanningOptions& options, Session& session, Progress& progress) {
  const std::string subject = "workspace";
  progress.update({.subject = subject, .activity = "planning"});
  Plan plan = make_plan(plan_request(options, session.environment), session_runner(session));
  progress.finish(subject, "");
  for (const std::string& note : plan.notes) session.console.note(note);
  return plan;
}

RunCommand session_runner(Session& session) {
  return [&session](const Command& command, const CommandOutput& output) {
    Console& console = session.console;
    console.detail(Verbosity::verbose, fmt::format("running {}", to_shell(command)));
    for (const auto& [name, value] : command.environment) {
      console.detail(Verbosity::debug, fmt::format("  with {}={}", name, value));
    }
    Command adapted = command;
    const bool builds = std::find(command.argv.begin(), command.argv.end(), "build") != command.argv.end();
    // What other cargo commands say ends up inside of our messages, where escape sequences have no place.
    adapted.environment["CARGO_TERM_COLOR"] = builds && console.style().colors() ? "always" : "never";
    // Build scripts run code of others; they have no business with a registry.
    adapted.removed_environment.emplace_back("OCIBUILD_PASSWORD");
    if (console.verbosity() == Verbosity::quiet) adapted.environment["CARGO_TERM_QUIET"] = "true";
    return run_command(adapted, output);
  };
}

}  // namespace ocibuild
