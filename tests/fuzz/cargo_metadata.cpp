// Any text is cargo metadata whose tables can be read, or it is refused as an invalid document.
#include "document.hpp"
#include "ocibuild/build/settings.hpp"
#include "ocibuild/build/workspace.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto package_table = [](std::string_view json) { return parse_settings(json, SettingsTable::package); };
  const auto workspace_table = [](std::string_view json) { return parse_settings(json, SettingsTable::workspace); };
  parse_or_refuse(text, package_table);
  const std::optional<Workspace> workspace = parse_or_refuse(text, parse_workspace);
  if (!workspace) return 0;
  parse_or_refuse(workspace->settings, workspace_table);
  for (const Package& member : workspace->members) {
    require(find_member(*workspace, member.name) != nullptr, "a member is found by its name");
    parse_or_refuse(member.settings, package_table);
  }
  return 0;
}
