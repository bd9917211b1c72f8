// The options that decide what is built, shared by `build` and `plan`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {

/// What `--help` says about where else the same things can be said.
inline constexpr const char* settings_help =
    "The same can be said in Cargo.toml, under [workspace.metadata.ocibuild] and\n"
    "[package.metadata.ocibuild], and by OCIBUILD_REGISTRY, _NAME, _PLATFORM, _BASE,\n"
    "_TAGS, _TAGS_FROM, _SHARD, _PROFILE, _FEATURES and _COMPRESSION. The command line wins.";

/// Who knows which tags an image should have.
enum class TagSource { github };

/// As they were typed.
struct PlanningOptions {
  std::vector<std::string> components;
  std::string manifest_path;
  std::vector<std::string> packages;
  std::optional<std::string> profile;
  std::vector<std::string> features;
  std::vector<std::string> platforms;
  std::optional<std::string> registry;
  std::optional<std::string> base;
  std::vector<std::string> tags;
  std::optional<TagSource> tags_from;
  std::optional<Compression> compression;
  std::vector<std::string> binaries;
  std::optional<std::string> shard;
  bool locked = false;
  bool offline = false;
  bool frozen = false;
};

/// Adds them to a command.
void add_planning_options(CLI::App& command, PlanningOptions& options);

/// Adds `--tags-from` alone.
void add_tags_from(CLI::App& command, PlanningOptions& options);

/// The share of the images that `--shard` asks for; all of them when it was not given. Throws Error{invalid_argument}.
Shard wanted_shard(const PlanningOptions& options);

/// The request they make, together with the environment. Throws Error{invalid_argument}.
PlanRequest plan_request(const PlanningOptions& options, const Environment& environment);

/// Whether ocibuild.lock may change: not with --locked and --frozen, as for Cargo.lock.
LockPolicy lock_policy(const PlanningOptions& options);

/// The plan for the options, shown while it is made; its notes are said.
Plan make_shown_plan(const PlanningOptions& options, Session& session, Progress& progress);

/// run_command for cargo and its kin: says with -v what is run, and gives cargo our colours and our quiet.
RunCommand session_runner(Session& session);

}  // namespace ocibuild
