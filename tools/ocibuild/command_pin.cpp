// ocibuild pin
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"
#include "digests_file.hpp"
#include "json_text.hpp"
#include "network.hpp"
#include "ocibuild/deploy/pinning.hpp"
#include "options.hpp"
#include "pin_report.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr const char* default_pins = "ocibuild.pins.json";

struct PinCommand {
  std::vector<std::string> arguments;
  std::optional<std::string> digests;
  std::optional<std::string> from;
  std::optional<std::string> placeholder;
  std::vector<std::string> replace;
  std::vector<std::string> image_paths;
  std::string pins = default_pins;
  bool resolve = false;
  bool check = false;
  bool dry_run = false;
  NetworkOptions network;
  bool json = false;
};

[[noreturn]] void refuse_both(std::string_view one, std::string_view other) {
  throw Error{Errc::invalid_argument, fmt::format("{} and {} exclude each other", one, other)};
}

std::optional<std::string> wanted_placeholder(const PinCommand& options, const Environment& environment) {
  if (options.placeholder) return options.placeholder;
  if (is_set(environment, "OCIBUILD_PLACEHOLDER")) return value_of(environment, "OCIBUILD_PLACEHOLDER");
  return std::nullopt;
}

void require_consistent(const PinCommand& options, const Environment& environment) {
  if (options.digests && options.from) refuse_both("--digests", "--from");
  if (options.check && options.dry_run) refuse_both("--check", "--dry-run");
  if (!options.resolve) return;
  if (options.digests) refuse_both("--resolve", "--digests");
  if (options.from) refuse_both("--resolve", "--from");
  if (!options.replace.empty()) refuse_both("--resolve", "--replace");
  if (options.placeholder) refuse_both("--resolve", "--placeholder");
  if (wanted_placeholder(options, environment)) refuse_both("--resolve", "OCIBUILD_PLACEHOLDER");
}

std::string digests_path(const PinCommand& options, const Environment& environment) {
  if (options.digests) return *options.digests;
  if (options.from) return *options.from;
  if (is_set(environment, "OCIBUILD_DIGESTS")) return value_of(environment, "OCIBUILD_DIGESTS");
  return standard_digests;
}

ImageDigests required_digests(const std::string& path) {
  try {
    return read_digests(std::filesystem::path{path});
  } catch (Error& error) {
    if (error.code() == Errc::not_found) {
      error.add_help("'ocibuild build' writes it; another one is given with --digests, or --resolve asks the registry");
    }
    throw;
  }
}

std::vector<ImagePath> image_paths(const PinCommand& options) {
  std::vector<ImagePath> paths;
  for (const std::string& text : options.image_paths) {
    paths.push_back(with_context("--image-path", [&] { return ImagePath::parse(text); }));
  }
  return paths;
}

/// The names on the command line by those that `name_file` gives.
template <class NameFile>
std::map<std::string, std::string> given_names(const std::vector<ManifestFile>& manifests, NameFile name_file) {
  std::map<std::string, std::string> names;
  for (const ManifestFile& file : manifests) names.emplace(name_file(file.path), file.path);
  return names;
}

/// Pins all files by what `pinning` decides; sites that it leaves alone are told with -v. `name_file` gives the names
/// by which it knows files; in the report they have those of the command line.
template <class Decider, class NameFile>
PinReport pin_all(const std::vector<ManifestFile>& manifests, const PinCommand& options, Decider& pinning,
                  NameFile name_file, Console& console) {
  const auto decide = [&](const std::string& file, const ImageSite& site) {
    auto image = pinning.decide(name_file(file), site);
    if (!image) {
      console.detail(Verbosity::verbose, fmt::format("{}:{}: {} stays as it is", file, site.line, site.image));
    }
    return image;
  };
  PinReport report{.files = pin_files(manifests, image_paths(options), decide), .sites = pinning.sites()};
  const std::map<std::string, std::string> names = given_names(manifests, name_file);
  for (PinnedSite& site : report.sites) site.file = names.at(site.file);
  for (const std::string& component : pinning.missing()) {
    console.warning(fmt::format("{} is named nowhere in these files", component));
  }
  return report;
}

/// A registry or owner that is spelled in another way is the usual reason.
void note_images(const std::vector<std::string>& components, const ImageDigests& digests, Console& console) {
  for (const std::string& component : components) {
    console.note(fmt::format("looked for {} and ocibuild://{}", digests.components.at(component).image, component));
  }
}

/// An earlier release may be older than a component, which then stays at its newest digest between others of before.
void warn_of_unlisted(const std::vector<PinnedSite>& sites, const std::map<std::string, std::string>& given_names,
                      const std::string& digests, Console& console) {
  for (const PinnedSite& pinned : sites) {
    console.warning(fmt::format("{}:{}: {} is not in {} and stays", given_names.at(pinned.file), pinned.site.line,
                                pinned.site.image, digests));
  }
}

Error nothing_checked(const PinCommand& options) {
  if (options.resolve) {
    return Error{Errc::invalid_document, "nothing was checked: no image to ask for is in these files"}.add_help(
        "name other files, or other components; with none, every image that has a tag is asked for");
  }
  return Error{Errc::invalid_document, "nothing was checked: no component is in these files"}.add_help(
      "name other files, or pin placeholders that are there already with --replace IMAGE");
}

/// Shows what would change: 1 from --check when something would, and when there is nothing that could be stale, since
/// then the check has not seen what it is there for.
ExitCode preview(const PinReport& report, const PinCommand& options, Console& console) {
  const std::string diffs = pin_diffs(report);
  console.result(options.json ? pin_json(report) : diffs);
  if (!options.check) return ExitCode::ok;
  if (report.sites.empty()) {
    console.report(nothing_checked(options));
    return ExitCode::findings;
  }
  if (diffs.empty()) return ExitCode::ok;
  const auto is_stale = [](const PinnedFile& file) { return file.before != file.after; };
  const auto stale = std::count_if(report.files.begin(), report.files.end(), is_stale);
  console.report(
      Error{Errc::invalid_document, fmt::format("{} of {} would change", stale, counted(report.files.size(), "file"))}
          .add_help("'ocibuild pin' with the same arguments but --check changes them"));
  return ExitCode::findings;
}

ExitCode finish(const PinReport& report, const PinCommand& options, std::string_view done, Console& console) {
  show_pinned(report, done, console);
  console.result(options.json ? pin_json(report) : pinned_references(report));
  return ExitCode::ok;
}

ExitCode pin_from_digests(const PinArguments& arguments, const PinCommand& options, Session& session) {
  const auto placeholder = wanted_placeholder(options, session.environment);
  const bool only_looks = options.check || options.dry_run;
  const PinsFile remembered{options.pins, only_looks    ? PinsUse::look
                                          : placeholder ? PinsUse::remember
                                                        : PinsUse::forget};
  const ImageDigests digests = required_digests(digests_path(options, session.environment));
  Pinning pinning{
      {.digests = digests, .components = arguments.components, .replace = options.replace, .placeholder = placeholder},
      remembered.pins()};
  const auto name_file = [&](const std::string& file) { return remembered.key_of(file); };
  const std::vector<ManifestFile> manifests = read_manifests(arguments.files);
  const PinReport report = pin_all(manifests, options, pinning, name_file, session.console);
  if (options.from && arguments.components.empty()) {
    warn_of_unlisted(pinning.unlisted(), given_names(manifests, name_file), *options.from, session.console);
  }
  note_images(pinning.missing(), digests, session.console);
  if (only_looks) return preview(report, options, session.console);
  // What is remembered is on the disk whenever a placeholder is; an entry without its placeholder does no harm.
  if (placeholder) remembered.replace(pinning.pins());
  for (const PinnedFile& file : report.files) write_pinned(file);
  if (!placeholder) remembered.replace(pinning.pins());
  return finish(report, options, placeholder ? "replaced by a placeholder" : "pinned", session.console);
}

TagPinning tag_pinning(const std::vector<ManifestFile>& manifests, const PinArguments& arguments,
                       const PinCommand& options, const ResolveDigest& resolve) {
  if (arguments.components.empty()) return TagPinning{resolve};
  return {arguments.components, find_images(manifests, image_paths(options)), resolve};
}

bool has_own_credentials(const PinCommand& options, const Environment& environment) {
  return options.network.username ||
         (is_set(environment, "OCIBUILD_USERNAME") && is_set(environment, "OCIBUILD_PASSWORD"));
}

/// Credentials that name no registry are those of the one that is asked. Of several it would be the first in the files,
/// which may be anybody's.
void require_one_registry(const std::vector<ManifestFile>& manifests, const PinArguments& arguments,
                          const PinCommand& options) {
  std::set<std::string> registries;
  TagPinning pinning = tag_pinning(manifests, arguments, options, [&](const Reference& reference) {
    registries.insert(reference.registry);
    return Digest::of("");
  });
  pin_files(manifests, image_paths(options),
            [&](const std::string& file, const ImageSite& site) { return pinning.decide(file, site); });
  if (registries.size() < 2) return;
  throw Error{Errc::invalid_argument,
              fmt::format("the credentials are for one registry, and there are several to ask: {}",
                          fmt::join(registries, ", "))}
      .add_help("log in to each of them instead, as with 'podman login', or name the components to ask for");
}

ExitCode pin_from_registry(const PinArguments& arguments, const PinCommand& options, Session& session) {
  const auto progress = session.start_progress();
  Network network{options.network, session};
  const auto resolve = [&](const Reference& reference) {
    const std::string text = reference.string();
    network.set_target(reference.registry);
    progress->update({.subject = text, .activity = "looking up"});
    const OpenedRoot opened = with_context(fmt::format("resolving {}", text), [&] {
      return open_for_reading(Place{.kind = PlaceKind::registry, .path = {}, .name = text}, network);
    });
    progress->finish(text, "");
    return opened.root.digest;
  };
  const std::vector<ManifestFile> manifests = read_manifests(arguments.files);
  if (has_own_credentials(options, session.environment)) require_one_registry(manifests, arguments, options);
  TagPinning pinning = tag_pinning(manifests, arguments, options, resolve);
  const auto name_file = [](const std::string& file) { return file; };
  const PinReport report = pin_all(manifests, options, pinning, name_file, session.console);
  if (options.check || options.dry_run) return preview(report, options, session.console);
  for (const PinnedFile& file : report.files) write_pinned(file);
  return finish(report, options, "pinned", session.console);
}

ExitCode run(const PinCommand& options, Session& session) {
  require_consistent(options, session.environment);
  const PinArguments arguments = sort_pin_arguments(options.arguments);
  return options.resolve ? pin_from_registry(arguments, options, session)
                         : pin_from_digests(arguments, options, session);
}

constexpr const char* pin_help =
    "Files are arguments that have a /, end in .yaml, .yml or .json, or have another dot and exist;\n"
    "others are components.\n\n"
    "An image in a file is of a component when it has the component's name, with any tag or digest, or\n"
    "is ocibuild://COMPONENT, or when a placeholder took its place. Every byte outside of the references\n"
    "stays as it is.\n\n"
    "With --resolve it is of the component that its container is named like, else of the one that the\n"
    "last part of its repository is or ends in after a '-'; when several end so, name it whole.";

}  // namespace

void add_pin_command(CommandLine& line) {
  const auto options = std::make_shared<PinCommand>();
  CLI::App& command = line.add_command("pin", "Replaces image references in Kubernetes manifests by digests, in place",
                                       [options](Session& session) { return run(*options, session); });
  add_list(command, "FILE", options->arguments, "[COMPONENT...] FILE...",
           "the components to pin, by default all, and the manifests to pin them in")
      ->required()
      ->allow_extra_args(true);
  add_text(command, "--digests", options->digests, "FILE",
           fmt::format("digests that a build wrote; default: OCIBUILD_DIGESTS, else {}", standard_digests));
  add_text(command, "--from", options->from, "FILE", "digests of an earlier release, to roll back to");
  command.add_flag("--resolve", options->resolve, "ask the registry instead what the tags in the files point at");
  command.add_flag("--check", options->check, "change nothing, print a diff; end with 1 when something would change");
  command.add_flag("--dry-run", options->dry_run, "change nothing, print a diff");
  add_text(command, "--placeholder", options->placeholder, "IMAGE",
           "put this image in the place of components; default: OCIBUILD_PLACEHOLDER");
  add_text(command, "--pins", options->pins, "FILE",
           fmt::format("remembers what placeholders took the place of; default: {}", default_pins));
  add_list(command, "--replace", options->replace, "IMAGE",
           "also pin containers that have this image and are named like components");
  add_list(command, "--image-path", options->image_paths, "[KIND:]PATH",
           "where other kinds name images, as Workflow:spec.templates[].container.image");
  add_network_options(command, options->network);
  add_json_flag(command, options->json, "what was pinned");
  command.footer(fmt::format("{}\n\n{}", pin_help, network_help));
}

}  // namespace ocibuild
