// ocibuild inspect
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "copying.hpp"
#include "facts_json.hpp"
#include "facts_text.hpp"
#include "image_facts.hpp"
#include "network.hpp"
#include "ocibuild/store/place.hpp"
#include "options.hpp"

namespace ocibuild {
namespace {

struct InspectCommand {
  std::string place;
  std::optional<std::string> platform;
  NetworkOptions network;
  bool json = false;
  bool raw = false;
};

ExitCode run(const InspectCommand& options, Session& session) {
  if (options.json && options.raw) throw Error{Errc::invalid_argument, "--json and --raw exclude each other"};
  const Place place = Place::parse(options.place);
  Network network{options.network, session};
  OpenedRoot opened = open_for_reading(place, network);
  if (options.platform) {
    opened.root = select_platform(*opened.store, opened.root, Platform::parse(*options.platform));
  }
  if (options.raw) {
    session.console.raw_result(read_blob(*opened.store, opened.root, max_manifest_size));
    return ExitCode::ok;
  }
  const RootFacts facts =
      with_context(fmt::format("reading {}", place.string()), [&] { return read_facts(*opened.store, opened.root); });
  const FactsStyle style{.style = session.console.result_style(),
                         .full_digests = session.console.verbosity() >= Verbosity::verbose};
  session.console.result(options.json ? facts_json(place.string(), facts) : facts_text(place.string(), facts, style));
  return ExitCode::ok;
}

}  // namespace

void add_inspect_command(CommandLine& line) {
  const auto options = std::make_shared<InspectCommand>();
  CLI::App& command = line.add_command("inspect", "Shows what an image or index consists of",
                                       [options](Session& session) { return run(*options, session); });
  add_text(command, "REF", options->place, "PLACE", "what to show")->required();
  add_text(command, "--platform", options->platform, "OS/ARCH", "only the image for this platform");
  add_json_flag(command, options->json, "everything");
  command.add_flag("--raw", options->raw, "print the exact bytes of the index or manifest");
  add_network_options(command, options->network);
  command.footer(fmt::format("{}\n\n{}", places_help, network_help));
}

}  // namespace ocibuild
