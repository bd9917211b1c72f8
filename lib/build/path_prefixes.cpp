// Path prefixes, for rustc and for C compilers.
#include "build/path_prefixes.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

#include "ocibuild/base/string_map.hpp"

namespace ocibuild {
namespace {

/// $CARGO_HOME, else .cargo in the home directory.
std::filesystem::path cargo_home(const std::map<std::string, std::string>& environment) {
  const auto home = value_of(environment, "CARGO_HOME");
  if (!home.empty()) return home;
  const auto user_home = value_of(environment, "HOME");
  return user_home.empty() ? std::filesystem::path{} : std::filesystem::path{user_home} / ".cargo";
}

/// Also under the name without symbolic links, which a compiler learns from getcwd.
void add(std::vector<PathPrefix>& prefixes, const std::filesystem::path& from, const std::string& to) {
  if (!from.is_absolute() || from == from.root_path()) return;
  std::error_code failed;
  const auto real = std::filesystem::weakly_canonical(from, failed);
  prefixes.push_back({.from = from.lexically_normal().string(), .to = to});
  if (!failed && real.string() != prefixes.back().from) prefixes.push_back({.from = real.string(), .to = to});
}

/// True when `cc` and a compiler read the prefix as one word with one `=` in it.
bool fits_flag(const PathPrefix& prefix) {
  return prefix.from.find_first_of(" \t\r\n=\\'\"$`") == std::string::npos;
}

/// The variable to extend: the first that is set, in the order in which `cc` looks.
std::string flags_variable(const CompileSetting& setting, std::string_view kind, const std::string& target) {
  std::string underscored = target;
  std::ranges::replace(underscored, '-', '_');
  std::ranges::replace(underscored, '.', '_');
  const auto own = fmt::format("{}_{}", kind, underscored);
  for (const auto& name :
       {fmt::format("{}_{}", kind, target), own, fmt::format("TARGET_{}", kind), std::string{kind}}) {
    if (setting.environment.contains(name) || setting.configuration.environment.contains(name)) return name;
  }
  return own;
}

std::string present_flags(const CompileSetting& setting, const std::string& variable) {
  const auto& environment =
      setting.environment.contains(variable) ? setting.environment : setting.configuration.environment;
  return value_of(environment, variable);
}

}  // namespace

std::vector<PathPrefix> path_prefixes(const CompileSetting& setting) {
  std::vector<PathPrefix> prefixes;
  add(prefixes, setting.workspace_root, "/workspace");
  add(prefixes, setting.target_directory, "/workspace/target");
  add(prefixes, cargo_home(setting.environment), "/cargo");
  if (!setting.toolchain.commit_hash.empty()) {  // as rustc's own builds name the sources of std
    add(prefixes, setting.toolchain.sysroot / "lib" / "rustlib" / "src" / "rust",
        fmt::format("/rustc/{}", setting.toolchain.commit_hash));
  }
  std::ranges::stable_sort(prefixes, {}, [](const PathPrefix& prefix) { return prefix.from.size(); });
  return prefixes;
}

void add_c_flags(const CompileSetting& setting, const std::vector<PathPrefix>& prefixes,
                 std::map<std::string, std::string>& variables) {
  std::string flags;
  for (const auto& prefix : prefixes) {
    if (fits_flag(prefix)) flags += fmt::format(" -ffile-prefix-map={}={}", prefix.from, prefix.to);
  }
  for (const auto& choice : setting.targets) {
    for (const std::string_view kind : {"CFLAGS", "CXXFLAGS"}) {
      const auto variable = flags_variable(setting, kind, choice.target);
      const auto present = present_flags(setting, variable);
      variables[variable] = present.empty() ? flags.substr(flags.empty() ? 0 : 1) : present + flags;
    }
  }
}

}  // namespace ocibuild
