// ocibuild copy
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "copying.hpp"
#include "json_text.hpp"
#include "ocibuild/store/place.hpp"
#include "options.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct CopyCommand {
  std::string source;
  std::string destination;
  std::optional<unsigned> jobs;
  bool json = false;
};

ExitCode run(const CopyCommand& options, Session& session) {
  const Place source = Place::parse(options.source);
  Place destination = Place::parse(options.destination);
  const auto progress = session.start_progress();
  const OpenedRoot from = open_for_reading(source);
  if (destination.name.empty()) destination.name = source.name;
  const std::unique_ptr<Store> to = open_for_writing(destination, layout_options(session.console));
  const Copied copied = copy_shown(*from.store, from.root, *to,
                                   {.subject = destination.string(), .jobs = resolve_jobs(options.jobs)}, *progress);
  to->tag(from.root, destination.name);
  to->finish();
  progress->finish(destination.string(),
                   fmt::format("{}, {}", counted(copied.blobs, "blob"), human_size(copied.bytes)));
  const std::string& digest = from.root.digest.string();
  if (!options.json) {
    session.console.result(fmt::format("{}@{}\n", terminal_text(destination.string()), digest));
    return ExitCode::ok;
  }
  session.console.result(json_document({{"schemaVersion", json_schema_version},
                                        {"source", source.string()},
                                        {"destination", destination.string()},
                                        {"mediaType", from.root.media_type},
                                        {"digest", digest},
                                        {"blobs", copied.blobs},
                                        {"size", copied.bytes}}));
  return ExitCode::ok;
}

}  // namespace

void add_copy_command(CommandLine& line) {
  const auto options = std::make_shared<CopyCommand>();
  CLI::App& command = line.add_command("copy", "Copies an image or index, with everything below it, between two places",
                                       [options](Session& session) { return run(*options, session); });
  add_text(command, "SRC", options->source, "PLACE", "where it is")->required();
  add_text(command, "DST", options->destination, "PLACE", "where it goes; without a name it keeps the one it has")
      ->required();
  add_jobs(command, options->jobs, "blobs in flight at once; default: one for each processor");
  add_json_flag(command, options->json, "what was copied");
  command.footer(places_help);
}

}  // namespace ocibuild
