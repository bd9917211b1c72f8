// ocibuild tags
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json_text.hpp"
#include "network.hpp"
#include "ocibuild/registry/registry_store.hpp"
#include "options.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct TagsCommand {
  std::string reference;
  NetworkOptions network;
  bool json = false;
};

ExitCode run(const TagsCommand& options, Session& session) {
  const Place place = Place::parse(options.reference);
  if (place.kind != PlaceKind::registry) {
    throw Error{Errc::invalid_argument, fmt::format("{} is not in a registry", place.string())}.add_help(
        fmt::format("'ocibuild inspect {}' shows what is there", place.string()));
  }
  const Reference reference = Reference::parse(place.name);
  Network network{options.network, session};
  network.set_target(reference.registry);
  auto tags = with_context(fmt::format("listing the tags of {}", reference.name()),
                           [&] { return list_tags(network.client(), reference.registry, reference.repository); });
  std::ranges::sort(tags);  // distribution-spec v1.1 wants them in lexical order; docker-registry 2.8 gives any
  if (options.json) {
    session.console.result(
        json_document({{"schemaVersion", json_schema_version}, {"name", reference.name()}, {"tags", tags}}));
    return ExitCode::ok;
  }
  std::string lines;
  for (const std::string& tag : tags) lines += tag + "\n";
  session.console.result(lines);
  return ExitCode::ok;
}

}  // namespace

void add_tags_command(CommandLine& line) {
  const auto options = std::make_shared<TagsCommand>();
  CLI::App& command = line.add_command("tags", "Lists the tags of a repository in a registry",
                                       [options](Session& session) { return run(*options, session); });
  add_text(command, "REF", options->reference, "NAME", "the repository, as ghcr.io/owner/name")->required();
  add_network_options(command, options->network);
  add_json_flag(command, options->json, "the tags");
  command.footer(network_help);
}

}  // namespace ocibuild
