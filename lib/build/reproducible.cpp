// Environment, arguments and wrapper for a reproducible cargo build.
//
// Why a wrapper: RUSTFLAGS in the environment would replace the flags of the user's configuration files, and versions
// of cargo differ in whether they hash RUSTFLAGS, with the paths we want to hide, into symbol names
// (rust-lang/cargo#6914).
#include "ocibuild/build/reproducible.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "build/path_prefixes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/spec/digest.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_wrapper = 1 << 20;

bool is_gnu(const TargetChoice& choice) {
  return choice.target.find("-linux-gnu") != std::string::npos;
}

/// Whether gnu targets are linked with crt-static: one answer for all, because it decides where artifacts lie.
CrtStatic common_crt_static(const std::vector<TargetChoice>& targets) {
  auto common = CrtStatic::as_target_says;
  for (const auto& choice : targets) {
    if (is_gnu(choice)) common = choice.crt_static;
  }
  if (std::ranges::any_of(targets, [&](const auto& choice) { return is_gnu(choice) && choice.crt_static != common; })) {
    throw Error{Errc::invalid_argument, "the gnu targets of one cargo process must agree about crt-static"};
  }
  return common;
}

std::string shell_word(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'') result += "'\\'";
    result += letter;
  }
  return result += '\'';
}

/// Build scripts and procedural macros are compiled without --target; the crates of the binary with it.
constexpr std::string_view add_crt_static = R"(previous=
for argument; do
  case $previous:$argument in
    --target:*-linux-gnu*) set -- "$@" -C target-feature=+crt-static ;;
  esac
  previous=$argument
done
)";

std::string wrapper_script(const std::vector<PathPrefix>& prefixes, CrtStatic crt_static,
                           std::string_view users_wrapper) {
  std::string script =
      "#!/bin/sh\n# Written by ocibuild. Runs rustc so that the binary does not tell where it was compiled.\n";
  if (crt_static == CrtStatic::forced) script += add_crt_static;
  script += "exec";
  if (!users_wrapper.empty()) script += ' ' + shell_word(users_wrapper);
  script += " \"$@\"";
  for (const auto& prefix : prefixes) {
    script += fmt::format(" \\\n  --remap-path-prefix={}", shell_word(fmt::format("{}={}", prefix.from, prefix.to)));
  }
  return script += '\n';
}

/// The name changes with the content, so that builds with different flags never write to one file.
std::filesystem::path wrapper_path(const std::filesystem::path& directory, std::string_view content) {
  return directory / fmt::format("rustc-wrapper-{}", Digest::of(content).encoded().substr(0, 16));
}

}  // namespace

ReproducibleCargo reproducible_cargo(const CompileSetting& setting) {
  const auto crt_static = common_crt_static(setting.targets);
  const auto prefixes = path_prefixes(setting);
  const auto directory =
      setting.target_directory / (crt_static == CrtStatic::forced ? "ocibuild-cargo-static" : "ocibuild-cargo");
  auto script = wrapper_script(prefixes, crt_static, setting.configuration.rustc_wrapper);
  auto path = wrapper_path(directory, script);
  ReproducibleCargo cargo{
      .environment =
          {
              {"CARGO_BUILD_BUILD_DIR", directory.string()},  // else a configured build-dir, shared with plain builds
              {"CARGO_INCREMENTAL", "0"},
              {"RUSTC_WRAPPER", path.string()},
              {"SOURCE_DATE_EPOCH", fmt::format("{}", setting.source_date_epoch)},
          },
      .arguments = {"--target-dir", directory.string()},
      .wrapper = {.path = std::move(path), .content = std::move(script)},
  };
  add_c_flags(setting, prefixes, cargo.environment);
  for (const auto& choice : setting.linkers) {
    if (!choice.linker.empty()) cargo.environment[target_variable(choice.target, "LINKER")] = choice.linker;
  }
  return cargo;
}

void install_wrapper(const CompilerWrapper& wrapper) {
  namespace fs = std::filesystem;
  ocibuild::create_directories(wrapper.path.parent_path());
  std::error_code failed;
  const bool present = fs::exists(wrapper.path, failed) && read_file(wrapper.path, max_wrapper) == wrapper.content;
  if (!present) write_file(wrapper.path, wrapper.content);
  constexpr auto mode = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                        fs::perms::others_exec;
  fs::permissions(wrapper.path, mode, failed);
  if (failed) throw_errno(fmt::format("making {} executable", wrapper.path.string()), failed.value());
}

}  // namespace ocibuild
