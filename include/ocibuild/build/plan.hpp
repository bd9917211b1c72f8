// Every decision of a build before anything is done: components, platforms, targets, names, tags, cargo commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/process.hpp"
#include "ocibuild/build/bases.hpp"
#include "ocibuild/build/cargo_configuration.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/build/linker.hpp"
#include "ocibuild/build/settings.hpp"
#include "ocibuild/build/shard.hpp"
#include "ocibuild/build/toolchain.hpp"
#include "ocibuild/build/workspace.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// A binary that exists already: `--binary COMPONENT:PLATFORM=PATH`.
struct GivenBinary {
  std::string component;
  Platform platform;
  std::filesystem::path path;

  /// Throws Error{invalid_argument} with the form that is expected.
  static GivenBinary parse(std::string_view text);
};

/// What is asked for, and what the process that asks was told by its environment.
struct PlanRequest {
  CargoOptions cargo;
  std::vector<std::string> components;  ///< empty: all
  std::vector<std::string> packages;    ///< `-p`; empty: all members
  Settings command_line;
  StringMap environment;  ///< of the process: PATH, CARGO_*, OCIBUILD_*, SOURCE_DATE_EPOCH
  std::vector<GivenBinary> binaries;
  Shard shard;  ///< the share of the images that is wanted; the others are decided, but not planned
};

/// One platform of a component.
struct PlatformPlan {
  Platform platform;
  Setting<std::string> triple;  ///< Rust target, as `aarch64-unknown-linux-gnu`; empty when a binary is given
  std::string triple_reason;    ///< for people: why this target
  CrtStatic crt_static = CrtStatic::as_target_says;
  std::string linker;         ///< empty: the one rustc takes by itself
  std::string linker_reason;  ///< for people: why this linker
  std::optional<std::filesystem::path> given_binary;
};

/// What an image may cost; absent: anything. Not judged while building: whoever reports a build compares.
struct Budget {
  Setting<std::optional<std::uint64_t>> image_size;              ///< bytes of the image for one platform
  Setting<std::optional<Growth>> image_growth;                   ///< of the image for one platform
  Setting<std::optional<std::chrono::milliseconds>> build_time;  ///< until the component's last image is there
};

/// One component: a binary of a package that becomes one image index.
struct ComponentPlan {
  std::string name;
  std::string package;         ///< its name; the package is in Plan::workspace
  std::string binary;          ///< name of the binary target, and of the file in /usr/local/bin
  Setting<std::string> image;  ///< `registry/name`, or the bare name when there is no registry; origin of the name
  Setting<std::string> registry;
  Setting<std::vector<std::string>> tags;  ///< placeholders filled in
  std::vector<PlatformPlan> platforms;     ///< in the order os, architecture, variant
  Setting<std::vector<Platform>> platform_setting;
  Setting<std::string> base;        ///< `scratch`, or what base_place is made of
  std::optional<Place> base_place;  ///< as in WantedBase; absent: scratch
  Setting<std::string> profile;
  Setting<Compression> compression;
  Setting<User> user;
  Setting<std::vector<std::string>> features;
  Setting<std::vector<std::string>> expose;
  Setting<std::vector<std::string>> cmd;
  Setting<std::string> workdir;
  Budget budget;
  Setting<std::optional<std::filesystem::path>> ca_certificates;
  std::map<std::string, Setting<std::string>> env;     ///< without the PATH every image gets
  std::map<std::string, Setting<std::string>> labels;  ///< org.opencontainers.image.* included
  std::map<std::string, Setting<std::string>> annotations;
  std::vector<FileRule> files;
  std::vector<LayerPlan> layers;  ///< below the binary, which does not exist yet: rootfs, then files, if any
};

/// One cargo process: everything in it may share crates.
struct CargoRun {
  std::vector<std::string> packages;
  std::vector<std::string> binaries;
  std::vector<std::string> features;
  std::vector<std::string> triples;
  CrtStatic crt_static = CrtStatic::as_target_says;  ///< of the gnu targets
  std::string profile;
  Command command;  ///< as a person would type it; the build adds what makes it reproducible
};

/// What the compile needs besides the cargo commands.
struct CompileSetup {
  Toolchain toolchain;
  CargoConfiguration configuration;
  std::vector<TargetChoice> targets;  ///< each once; one target may be there with crt-static and without
  std::vector<LinkerChoice> linkers;  ///< of the same targets
  StringMap environment;              ///< of the request
};

/// All decisions of one build.
struct Plan {
  Workspace workspace;
  std::vector<ComponentPlan> components;  ///< by name
  std::vector<CargoRun> cargo_runs;       ///< empty when every binary is given
  std::optional<CompileSetup> compile;    ///< absent when every binary is given
  std::filesystem::path lock_file;        ///< of the workspace, whether it exists or not
  Lock lock;                              ///< its content, when a component has a base of a registry
  std::string revision;                   ///< commit; empty: not in a git repository
  std::string created;                    ///< RFC 3339, as the images will say
  std::int64_t source_date_epoch = 0;     ///< the same in seconds
  std::vector<std::string> notes;         ///< what a person should know
};

/// Makes the plan. Runs cargo metadata, cargo tree, rustc and git, reads ocibuild.lock, and writes nothing. Bases are
/// not opened: open_bases does that.
/// Throws Error{invalid_document} for what Cargo.toml and ocibuild.lock say, {invalid_argument} for what the request
/// says, {not_found} for a missing program, target or component, always with the command or key that helps.
Plan make_plan(const PlanRequest& request, const RunCommand& run);

/// The same without how to compile: needs no toolchain. Targets and cargo runs stay empty, and nothing can be built.
/// Throws as make_plan.
Plan plan_images(const PlanRequest& request, const RunCommand& run);

/// The bases of a plan.
std::vector<WantedBase> wanted_bases(const Plan& plan);

/// By which digest a build takes the base of a component.
struct BasePin {
  std::optional<Digest> digest;             ///< absent: by none
  std::string source;                       ///< for people: what says so
  std::map<std::string, Digest> platforms;  ///< of its images, as far as they are known
};

/// Looks into the plan's lock file and nowhere else. Requires a component with a base.
BasePin pin_of(const ComponentPlan& component, const Plan& plan);

/// The bases of a whole workspace, whatever of it is built by default, and where they are locked.
struct WorkspaceBases {
  std::filesystem::path lock_file;
  std::vector<WantedBase> wanted;
  std::string registry;  ///< where the images go, as `ghcr.io`; empty: the workspace does not say
};

/// Reads them from the metadata, without planning a build: of `request`, the components and binaries are not looked at.
/// Throws as make_plan.
WorkspaceBases workspace_bases(const PlanRequest& request, const RunCommand& run);

/// The images of the components that a build would make, as `ghcr.io/owner/name`, by component. Reads the metadata,
/// without planning a build. Throws as make_plan, and Error{invalid_document} for a component without a registry.
std::map<std::string, std::string> workspace_images(const PlanRequest& request, const RunCommand& run);

/// The plan for people: every value with where it came from. Ends in a newline.
std::string plan_text(const Plan& plan);

/// The plan for machines: one JSON object with `schemaVersion` 1, sorted keys, no newline.
std::string plan_json(const Plan& plan);

}  // namespace ocibuild
