// ocibuild copy
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "copying.hpp"
#include "json_text.hpp"
#include "network.hpp"
#include "ocibuild/registry/places.hpp"
#include "ocibuild/registry/release.hpp"
#include "options.hpp"
#include "publishing.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct CopyCommand {
  std::string source;
  std::string destination;
  std::optional<unsigned> jobs;
  bool force_tag = false;
  NetworkOptions network;
  bool json = false;
};

/// The name that a root of a registry has elsewhere: its tag; archives of Docker take the reference, without a digest.
/// Empty: there is none.
std::string carried_name(const Place& source, PlaceKind destination) {
  if (source.kind != PlaceKind::registry) return source.name;
  Reference reference = Reference::parse(source.name);
  if (destination != PlaceKind::docker_archive) return reference.tag;
  if (reference.digest && reference.tag.empty()) return {};
  reference.digest.reset();
  return reference.string();
}

/// The place, its root named; a name that cannot be there is refused as if it had been typed.
Place named_place(Place place, std::string name) {
  if (name.empty()) return place;
  const std::string without = place.string();
  place.name = std::move(name);
  try {
    place = Place::parse(place.string());
    if (place.kind != PlaceKind::registry) place.digest.reset();  // other tools give names with digests
    return place;
  } catch (Error& error) {
    error.add_context(without);
    error.add_help(fmt::format("say how it shall be named there: {}:NAME", without));
    throw;
  }
}

Copied copy_to_store(const CopyCommand& options, const OpenedRoot& from, const Place& to, Session& session,
                     Progress& progress) {
  const std::unique_ptr<Store> store = open_for_writing(to, layout_options(session.console));
  const CopyRequest request{.subject = to.string(), .jobs = resolve_jobs(options.jobs)};
  const Copied copied = with_context(fmt::format("copying {}", options.source),
                                     [&] { return copy_shown(*from.store, from.root, *store, request, progress); });
  store->tag(from.root, to.name);
  store->finish();
  progress.finish(to.string(), fmt::format("{}, {}", counted(copied.blobs, "blob"), human_size(copied.bytes)));
  return copied;
}

Copied copy_to_registry(const CopyCommand& options, const OpenedRoot& from, const Place& source, const Place& to,
                        Network& network, Progress& progress, Session& session) {
  const Reference reference = Reference::parse(to.name);
  if (reference.digest && *reference.digest != from.root.digest) {
    throw Error{Errc::digest_mismatch, fmt::format("{} is to become {}", from.root.digest.string(), to.string())};
  }
  ReleaseTarget target{.image = reference, .tags = {}};
  if (!reference.tag.empty() || !reference.digest) target.tags = {reference.tag.empty() ? "latest" : reference.tag};
  std::vector<Reference> sources;
  if (source.kind == PlaceKind::registry) sources.push_back(Reference::parse(source.name));
  Publisher publisher{network,
                      {std::move(target)},
                      {.force_tag = options.force_tag, .sources = [&](const Descriptor&) { return sources; }},
                      session,
                      progress};
  publisher.publish(*from.store, {from.root});
  return publisher.whole();
}

ExitCode run(const CopyCommand& options, Session& session) {
  const Place source = Place::parse(options.source);
  Place destination = Place::parse(options.destination);
  if (destination.name.empty()) destination = named_place(destination, carried_name(source, destination.kind));
  const auto progress = session.start_progress();
  Network network{options.network, session};
  const bool pushes = destination.kind == PlaceKind::registry;
  if (pushes || source.kind == PlaceKind::registry) {
    network.set_target(Reference::parse(pushes ? destination.name : source.name).registry);
  }
  progress->update({.subject = source.string(), .activity = "reading"});
  const OpenedRoot from = open_for_reading(source, network);
  progress->finish(source.string(), "");
  if (destination.name.empty()) destination = named_place(destination, from.name);
  const Copied copied = pushes ? copy_to_registry(options, from, source, destination, network, *progress, session)
                               : copy_to_store(options, from, destination, session, *progress);
  const std::string& digest = from.root.digest.string();
  if (!options.json) {
    const std::string name = pushes ? Reference::parse(destination.name).name() : terminal_text(destination.string());
    session.console.result(fmt::format("{}@{}\n", name, digest));
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
  command.add_flag("--force-tag", options->force_tag, "move tags that should never move: sha-... and release versions");
  add_network_options(command, options->network);
  add_json_flag(command, options->json, "what was copied");
  command.footer(fmt::format("{}\n\n{}", places_help, network_help));
}

}  // namespace ocibuild
