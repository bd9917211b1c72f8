// ocibuild version
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json_text.hpp"
#include "options.hpp"
#include "version.hpp"

namespace ocibuild {

void add_version_command(CommandLine& line) {
  const auto json = std::make_shared<bool>(false);
  CLI::App& command = line.add_command("version", "Prints the version", [json](Session& session) {
    if (!*json) {
      session.console.result(fmt::format("ocibuild {}\n", version));
      return ExitCode::ok;
    }
    session.console.result(json_document({{"schemaVersion", json_schema_version}, {"version", version}}));
    return ExitCode::ok;
  });
  add_json_flag(command, *json, "it");
}

}  // namespace ocibuild
