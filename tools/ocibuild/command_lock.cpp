// ocibuild lock
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base_images.hpp"
#include "commands.hpp"
#include "json_text.hpp"
#include "options.hpp"
#include "planning.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct LockCommand {
  std::vector<std::string> references;
  std::string manifest_path;
  bool update = false;
  bool check = false;
  NetworkOptions network;
  bool json = false;
};

const Digest& digest_of(const LockChange& change) {
  return change.after ? change.after->digest : change.before->digest;
}

/// Why an entry is not as it should be, with both digests where there are two.
std::string describe(const LockChange& change) {
  const std::string& reference = change.reference;
  switch (change.state) {
    case LockState::unchanged: break;
    case LockState::added: return fmt::format("{} is not locked; it is {}", reference, change.after->digest.string());
    case LockState::removed: return fmt::format("{} is locked, but nothing has it as base", reference);
    case LockState::changed:
      if (change.before->digest == change.after->digest) {
        return fmt::format("{} is locked with other platforms than {} has", reference, change.after->digest.string());
      }
      return fmt::format("{} is locked as {}, and is {} now", reference, change.before->digest.string(),
                         change.after->digest.string());
  }
  return reference;
}

Json to_json(const LockChange& change) {
  Json json = {{"reference", change.reference}, {"state", to_string(change.state)}};
  if (change.before) json["locked"] = change.before->digest.string();
  if (change.after) {
    json["digest"] = change.after->digest.string();
    json["platforms"] = Json::object();
    for (const auto& [platform, digest] : change.after->platforms) json["platforms"][platform] = digest.string();
  }
  return json;
}

std::string report_json(const std::filesystem::path& file, const std::vector<LockChange>& changes) {
  Json bases = Json::array();
  for (const LockChange& change : changes) bases.push_back(to_json(change));
  return json_document({{"schemaVersion", json_schema_version}, {"file", file.string()}, {"bases", bases}});
}

/// One pinned reference on each line: what the lock file says.
std::string report_text(const std::vector<LockChange>& changes) {
  std::string lines;
  for (const LockChange& change : changes) {
    if (change.state == LockState::removed) continue;
    const bool has_digest = change.reference.find('@') != std::string::npos;
    lines +=
        has_digest ? change.reference + "\n" : fmt::format("{}@{}\n", change.reference, digest_of(change).string());
  }
  return lines;
}

/// Says what differs, and ends with 1 when something does.
ExitCode check(const std::vector<LockChange>& changes, const std::filesystem::path& file, Console& console) {
  const auto differs = [](const LockChange& change) { return change.state != LockState::unchanged; };
  const auto count = static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), differs));
  if (count == 0) return ExitCode::ok;
  Error error{Errc::invalid_document, fmt::format("{} is not up to date: {} of {}", file.filename().string(), count,
                                                  counted(changes.size(), "base"))};
  for (const LockChange& change : changes) {
    if (differs(change)) error.add_note(describe(change));
  }
  console.report(std::move(error).add_help("bring it up to date with `ocibuild lock --update`, and commit it"));
  return ExitCode::findings;
}

PlanRequest request_of(const LockCommand& options, const Environment& environment) {
  PlanningOptions planning;
  planning.manifest_path = options.manifest_path;
  return plan_request(planning, environment);
}

ExitCode run(const LockCommand& options, Session& session) {
  const auto progress = session.start_progress();
  progress->update({.subject = "bases", .activity = "looking up"});
  const WorkspaceBases bases = workspace_bases(request_of(options, session.environment), session_runner(session));
  const Lock before = read_lock(bases.lock_file);
  Network network{options.network, session};
  // Credentials of the environment are for where images are pushed, as in a build; those of the command line for a
  // base.
  if (!options.network.username) network.set_target(bases.registry);
  const bool all = options.references.empty() && (options.update || options.check);
  const std::vector<LockChange> changes =
      update_lock(bases.wanted, before, {.all = all, .references = options.references}, base_door(network, nullptr));
  const Lock after = apply(changes);
  if (!options.check && after != before) write_lock(bases.lock_file, after);
  progress->finish("bases", "");
  if (options.json) session.console.result(report_json(bases.lock_file, changes));
  if (options.check) return check(changes, bases.lock_file, session.console);
  for (const LockChange& change : changes) {
    if (change.state != LockState::unchanged)
      session.console.status(fmt::format("{} {}", to_string(change.state), change.reference));
  }
  if (!options.json) session.console.result(terminal_lines(report_text(changes)));
  return ExitCode::ok;
}

}  // namespace

void add_lock_command(CommandLine& line) {
  const auto options = std::make_shared<LockCommand>();
  CLI::App& command = line.add_command("lock", "Pins the base images of a workspace by digest in ocibuild.lock",
                                       [options](Session& session) { return run(*options, session); });
  add_list(command, "REF", options->references, "REF", "look up only these bases again; default: see --update");
  add_text(command, "--manifest-path", options->manifest_path, "FILE",
           "the Cargo.toml; default: of the directory we are in");
  command.add_flag("--update", options->update, "look up every base again; without it only those that are not locked");
  command.add_flag("--check", options->check,
                   "change nothing; end with 1 when a tag has moved, or an entry is missing or not needed");
  add_network_options(command, options->network);
  add_json_flag(command, options->json, "the entries");
  command.footer(
      fmt::format("Layouts and archives are files of this machine: they are not locked.\n\n{}", network_help));
}

}  // namespace ocibuild
