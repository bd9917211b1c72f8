// ocibuild image
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "added_file.hpp"
#include "base_images.hpp"
#include "commands.hpp"
#include "copying.hpp"
#include "json_text.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/assemble.hpp"
#include "ocibuild/spec/reference.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "publishing.hpp"
#include "session_cache.hpp"

namespace ocibuild {
namespace {

struct ImageCommand {
  std::string name;
  std::vector<std::string> adds;
  std::string base = "scratch";
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;
  std::optional<std::string> user;
  std::string workdir;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> expose;
  std::vector<std::string> platforms;
  std::vector<std::string> outputs;
  Compression compression = Compression::gzip;
  std::optional<unsigned> jobs;
  PushOptions push;
  bool no_cache = false;
  bool json = false;
};

std::map<std::string, std::string> assignments(std::string_view option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> map;
  for (const std::string& text : texts) {
    auto [name, value] = parse_assignment(option, text);
    map.insert_or_assign(std::move(name), std::move(value));
  }
  return map;
}

Execution execution_of(const ImageCommand& options) {
  Execution execution{.entrypoint = options.entrypoint,
                      .cmd = options.cmd,
                      .working_dir = options.workdir,
                      .labels = assignments("--label", options.labels)};
  if (options.user) execution.user = User::parse(*options.user).string();
  for (const auto& [name, value] : assignments("--env", options.env)) {
    execution.env.push_back(fmt::format("{}={}", name, value));
  }
  for (const std::string& port : options.expose) execution.exposed_ports.insert(parse_port(port));
  return execution;
}

std::vector<Platform> platforms_of(const ImageCommand& options) {
  std::vector<Platform> platforms;
  for (const std::string& text : options.platforms) {
    platforms.push_back(with_context("--platform", [&] { return Platform::parse(text); }));
  }
  if (platforms.empty()) platforms.push_back(Platform::parse("linux/amd64"));
  return platforms;
}

ImageRequest request_of(const ImageCommand& options, const Environment& environment, unsigned jobs) {
  ImageRequest request{.directory = std::filesystem::current_path(),
                       .platforms = platforms_of(options),
                       .execution = execution_of(options),
                       .annotations = assignments("--annotation", options.annotations),
                       .created = source_date_epoch(environment),
                       .layer_options = {.compression = options.compression, .jobs = jobs}};
  for (const std::string& text : options.adds) {
    request.files.push_back(parse_added_file(text));
    request.files.back().outside = OutsideWorkspace::allow;  // naming it here is asking for it
  }
  return request;
}

/// Without a registry it would go to docker.io, and with it credentials that are meant for another one.
void require_registry(const std::string& name, const Reference& reference) {
  if (name.starts_with(reference.registry + "/") || name.starts_with("index.docker.io/")) return;
  throw Error{Errc::invalid_argument, fmt::format("{} does not say which registry it is pushed to", name)}.add_help(
      fmt::format("say ghcr.io/OWNER/{0}, or docker.io/OWNER/{0}", name.substr(name.rfind('/') + 1)));
}

/// Where the image goes with --push.
ReleaseTarget release_target(const Reference& reference, const PushOptions& push) {
  if (reference.digest) {
    throw Error{Errc::invalid_argument,
                fmt::format("{} has a digest, which is known only when the image is made", reference.string())}
        .add_help("name it by a tag; the digest is printed");
  }
  if (push.by_digest) return {.image = reference, .tags = {}};
  return {.image = reference, .tags = {reference.tag.empty() ? "latest" : reference.tag}};
}

/// The index, in every place that was asked for.
Descriptor make_image(const ImageCommand& options, const Reference& reference, Session& session) {
  const unsigned jobs = resolve_jobs(options.jobs);
  ImageRequest request = request_of(options, session.environment, jobs);
  const auto progress = session.start_progress();
  Network network{options.push.network, session};
  if (options.push.wanted()) network.set_target(reference.registry);
  SessionCache cache{options.no_cache ? CacheUse::never : CacheUse::as_set, session};
  request.cache = cache.layers();
  request.base = open_named_base(options.base, request.platforms, base_door(network, cache.blobs()), *progress);
  Bases bases;
  if (request.base) bases.emplace(options.base, request.base);
  if (options.outputs.empty()) request.base_layers = BaseLayers::leave_out;
  const std::vector<Recipe> recipes = image_recipes(request);
  std::optional<TempDir> directory;
  std::unique_ptr<Publisher> publisher;
  if (options.push.wanted()) {
    const std::vector<ReleaseTarget> targets{release_target(reference, options.push)};
    publisher = start_release(options.push, network, targets, {.sources = base_sources(bases)}, session, *progress);
    directory.emplace(temporary_directory());
  }
  const auto standard = directory ? std::optional{directory->path() / "image"} : std::nullopt;
  Outputs outputs{options.outputs, standard, session.console};
  progress->update({.subject = options.name, .activity = "packing"});
  const Descriptor root = assemble_image(request, recipes, outputs.first());
  const std::string name = reference.string();
  outputs.publish({{.root = root, .names = {{options.name, name}}, .references = {name}}}, jobs, *progress);
  progress->finish(options.name, "");
  const UnionStore all = with_bases(outputs.first(), bases);
  if (publisher) publisher->publish(all, {root});
  cache.finish();
  return root;
}

ExitCode run(const ImageCommand& options, Session& session) {
  if (options.outputs.empty() && !options.push.wanted()) {
    throw Error{Errc::invalid_argument, "nothing says where the image goes"}.add_help(
        "give --output oci:DIR, or --push to publish it under its name");
  }
  const Reference reference = Reference::parse(options.name);
  if (options.push.wanted()) require_registry(options.name, reference);
  const Descriptor root = make_image(options, reference, session);
  const std::string name = options.push.wanted() ? reference.name() : options.name;
  if (!options.json) {
    session.console.result(fmt::format("{}@{}\n", name, root.digest.string()));
    return ExitCode::ok;
  }
  session.console.result(json_document({{"schemaVersion", json_schema_version},
                                        {"name", name},
                                        {"mediaType", root.media_type},
                                        {"digest", root.digest.string()},
                                        {"size", root.size}}));
  return ExitCode::ok;
}

void add_execution_options(CLI::App& command, ImageCommand& options) {
  add_list(command, "--entrypoint", options.entrypoint, "WORD", "what a container runs, one word each time");
  add_list(command, "--cmd", options.cmd, "WORD", "arguments after it, one each time; --cmd=--flag for a dash");
  add_list(command, "--env", options.env, "NAME=VALUE", "environment variable; repeatable");
  add_text(command, "--user", options.user, "UID[:GID]",
           "who runs it; default: the base's user, if not root, else 65532:65532");
  add_text(command, "--workdir", options.workdir, "DIR_INSIDE", "working directory");
  add_list(command, "--expose", options.expose, "PORT", "port it listens on, as 3000/tcp; repeatable");
  add_list(command, "--label", options.labels, "NAME=VALUE", "label; repeatable");
  add_list(command, "--annotation", options.annotations, "NAME=VALUE", "annotation of manifests and index; repeatable");
}

}  // namespace

void add_image_command(CommandLine& line) {
  const auto options = std::make_shared<ImageCommand>();
  CLI::App& command = line.add_command("image", "Makes an image from files that exist already, without cargo",
                                       [options](Session& session) { return run(*options, session); });
  add_text(command, "NAME", options->name, "NAME",
           "name of the image, as tool:1.2; with --push as ghcr.io/owner/tool:1.2")
      ->required();
  add_list(command, "--add", options->adds, "SRC:DST[:MODE]", "a file or directory and where it goes; repeatable")
      ->required();
  add_text(command, "--base", options->base, "PLACE", "what the image stands on; default: scratch");
  add_execution_options(command, *options);
  add_list(command, "--platform", options->platforms, "OS/ARCH", "what it is for; repeatable; default: linux/amd64")
      ->delimiter(',');
  add_list(command, "--output", options->outputs, "PLACE", "where the image goes; repeatable; not needed with --push");
  add_choice<Compression>(command, "--compression", options->compression,
                          {{"gzip", Compression::gzip}, {"zstd", Compression::zstd}}, "of the layer; default: gzip");
  add_jobs(command, options->jobs, "threads; default: one for each processor");
  add_no_cache_flag(command, options->no_cache);
  add_push_options(command, options->push);
  add_json_flag(command, options->json, "name and digest");
  command.footer(fmt::format("{}\n{}\n\n{}\n\n{}", output_places_help, base_help, cache_help, network_help));
}

}  // namespace ocibuild
