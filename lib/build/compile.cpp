// cargo build.
#include "build/compile.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "build/document.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/linker.hpp"
#include "ocibuild/build/reproducible.hpp"

namespace ocibuild {
namespace {

// Cargo puts what it compiles for a target below a directory of the target's name.
std::string triple_of(const std::filesystem::path& file, const std::vector<std::string>& triples) {
  for (const auto& part : file.parent_path()) {
    if (std::find(triples.begin(), triples.end(), part.string()) != triples.end()) return part.string();
  }
  return {};
}

std::string without_escapes(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = std::min(line.find('m', i), line.size());
    } else {
      plain += line[i];
    }
  }
  return plain;
}

std::vector<std::string> help_for(const CompileSetup& setup, const CargoRun& run, const std::string& first_error) {
  if (first_error.find("--locked") != std::string::npos) {
    return {"bring Cargo.lock up to date with `cargo update --workspace` and commit it"};
  }
  const auto path = setup.environment.find("PATH");
  const HasProgram has_program = programs_in(path == setup.environment.end() ? "" : path->second);
  return compiler_help({setup.toolchain, setup.configuration, setup.environment, has_program}, run.triples);
}

Error build_error(const CompileSetup& setup, const CargoRun& run, ExitStatus status, const std::string& first_error) {
  Error error{Errc::command_failed, fmt::format("cargo build ended with exit code {}", status.code)};
  if (!first_error.empty()) error.add_note(fmt::format("cargo: {}", first_error));
  error.add_note(fmt::format("the command was: {}", to_shell(run.command)));
  for (std::string& line : help_for(setup, run, first_error)) error.add_help(std::move(line));
  return error;
}

// The targets of a run. Of a target that other components want the other way it is the choice of this run.
std::vector<TargetChoice> targets_of(const CargoRun& run, const std::vector<TargetChoice>& choices) {
  std::map<std::string, TargetChoice> targets;
  for (const TargetChoice& choice : choices) {
    if (std::find(run.triples.begin(), run.triples.end(), choice.target) == run.triples.end()) continue;
    const auto [at, is_first] = targets.try_emplace(choice.target, choice);
    if (!is_first && choice.crt_static == run.crt_static) at->second = choice;
  }
  std::vector<TargetChoice> result;
  for (auto& [target, choice] : targets) result.push_back(std::move(choice));
  return result;
}

ReproducibleCargo additions(const Plan& plan, const CargoRun& run) {
  const CompileSetup& setup = *plan.compile;
  return reproducible_cargo({.toolchain = setup.toolchain,
                             .configuration = setup.configuration,
                             .environment = setup.environment,
                             .workspace_root = plan.workspace.root,
                             .target_directory = plan.workspace.target_directory,
                             .source_date_epoch = plan.source_date_epoch,
                             .targets = targets_of(run, setup.targets),
                             .linkers = setup.linkers});
}

Command complete(const CargoRun& run, const ReproducibleCargo& added, unsigned jobs) {
  Command command = run.command;
  command.argv.push_back("--message-format=json-render-diagnostics");
  if (jobs > 0) command.argv.insert(command.argv.end(), {"--jobs", fmt::format("{}", jobs)});
  command.argv.insert(command.argv.end(), added.arguments.begin(), added.arguments.end());
  for (const auto& [name, value] : added.environment) command.environment[name] = value;
  return command;
}

struct CargoEnd {
  ExitStatus status;
  std::string first_error;
};

CargoEnd run_cargo(const CargoRun& run, const Command& command, const RunCommand& run_command,
                   const CompileEvents& events) {
  std::string first_error;
  const auto take_message = [&](std::string_view line) {
    const auto artifact = parse_message(line, run.triples);
    if (!artifact) return;
    events.progress(CrateFinished{.package = artifact->target, .triple = artifact->triple});
    if (artifact->executable.empty()) return;
    events.binary_made({artifact->package_id, artifact->target, artifact->triple}, artifact->executable);
  };
  const auto take_words = [&](std::string_view line) {
    if (first_error.empty() && without_escapes(line).starts_with("error")) first_error = without_escapes(line);
    events.progress(CargoLine{.text = line});
  };
  events.progress(CargoStarted{.run = run});
  const ExitStatus status = run_command(
      command, {.standard_output = take_message, .standard_error = take_words, .while_running = events.while_running});
  return {.status = status, .first_error = first_error};
}

}  // namespace

std::optional<CompilerArtifact> parse_message(std::string_view line, const std::vector<std::string>& triples) {
  if (!line.starts_with('{')) return std::nullopt;  // a build script's stray output
  const nlohmann::json document = parse_document(line, "cargo message");
  const Field message{document, "cargo message"};
  if (message.text_or_empty("reason") != "compiler-artifact") return std::nullopt;
  const std::vector<std::string> files = message.at("filenames").texts();
  CompilerArtifact artifact{.package_id = message.at("package_id").text(),
                            .target = message.at("target").at("name").text(),
                            .triple = files.empty() ? "" : triple_of(files.front(), triples),
                            .executable = message.text_or_empty("executable")};
  const std::vector<std::string> kinds = message.at("target").at("kind").texts();
  if (std::find(kinds.begin(), kinds.end(), "bin") == kinds.end()) artifact.executable.clear();
  return artifact;
}

void compile(const Plan& plan, const RunCommand& run, const BuildOptions& options, const CompileEvents& events) {
  for (const CargoRun& cargo : plan.cargo_runs) {
    const ReproducibleCargo added = additions(plan, cargo);
    install_wrapper(added.wrapper);
    const CargoEnd end = run_cargo(cargo, complete(cargo, added, options.cargo_jobs), run, events);
    if (!end.status.ok()) throw build_error(*plan.compile, cargo, end.status, end.first_error);
  }
}

}  // namespace ocibuild
