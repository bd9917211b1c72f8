// ocibuild image
#include <filesystem>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "added_file.hpp"
#include "commands.hpp"
#include "copying.hpp"
#include "json_text.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/files.hpp"
#include "ocibuild/build/image.hpp"
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
  std::string user = User{}.string();
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
  Execution execution{.user = User::parse(options.user).string(),
                      .entrypoint = options.entrypoint,
                      .cmd = options.cmd,
                      .working_dir = options.workdir,
                      .labels = assignments("--label", options.labels)};
  auto env = assignments("--env", options.env);
  env.emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  for (const auto& [name, value] : env) execution.env.push_back(fmt::format("{}={}", name, value));
  for (const std::string& port : options.expose) execution.exposed_ports.insert(parse_port(port));
  return execution;
}

Recipe recipe_of(const ImageCommand& options, const Environment& environment, unsigned jobs) {
  if (options.base != "scratch") {
    throw Error{Errc::unsupported,
                fmt::format("--base: '{}': only scratch is supported by this version", options.base)};
  }
  std::vector<FileRule> rules;
  for (const std::string& text : options.adds) rules.push_back(parse_added_file(text));
  const FileRoots roots{.directory = std::filesystem::current_path(), .border = "/"};
  const auto created = static_cast<std::time_t>(source_date_epoch(environment));
  Recipe recipe{.config = {.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(created)),
                           .config = execution_of(options)},
                .annotations = assignments("--annotation", options.annotations),
                .layer_options = {.compression = options.compression, .jobs = jobs}};
  recipe.layers.push_back({.title = "files", .entries = collect_files(rules, roots)});
  return recipe;
}

/// The index over one image for each platform.
Descriptor build_all(const ImageCommand& options, Recipe recipe, Store& into, LayerCache* cache) {
  const std::vector<std::string> platforms =
      options.platforms.empty() ? std::vector<std::string>{"linux/amd64"} : options.platforms;
  std::vector<Descriptor> images;
  LayerMemo memo{cache};
  for (const std::string& platform : platforms) {
    recipe.config.platform = with_context("--platform", [&] { return Platform::parse(platform); });
    images.push_back(build_image(recipe, into, memo));
  }
  return build_index(images, recipe.annotations, into);
}

/// Where the image goes with --push.
ReleaseTarget release_target(const Reference& reference) {
  if (reference.digest) {
    throw Error{Errc::invalid_argument,
                fmt::format("{} has a digest, which is known only when the image is made", reference.string())}
        .add_help("name it by a tag; the digest is printed");
  }
  return {.image = reference, .tags = {reference.tag.empty() ? "latest" : reference.tag}};
}

/// The index, in every place that was asked for.
Descriptor make_image(const ImageCommand& options, const Reference& reference, Session& session) {
  const unsigned jobs = resolve_jobs(options.jobs);
  const Recipe recipe = recipe_of(options, session.environment, jobs);
  const auto progress = session.start_progress();
  Network network{options.push.network, session};
  std::optional<TempDir> directory;
  std::unique_ptr<Publisher> publisher;
  if (options.push.push) {
    publisher = start_release(options.push, network, {release_target(reference)}, session, *progress);
    directory.emplace(std::filesystem::temp_directory_path());
  }
  const auto standard = directory ? std::optional{directory->path() / "image"} : std::nullopt;
  Outputs outputs{options.outputs, standard, session.console};
  progress->update({.subject = options.name, .activity = "packing"});
  SessionCache cache{options.no_cache ? CacheUse::never : CacheUse::as_set, session};
  const Descriptor root = build_all(options, recipe, outputs.first(), cache.layers());
  const std::string name = reference.string();
  outputs.publish({{.root = root, .names = {{options.name, name}}, .references = {name}}}, jobs, *progress);
  progress->finish(options.name, "");
  if (publisher) publisher->publish(outputs.first(), {root});
  cache.finish();
  return root;
}

ExitCode run(const ImageCommand& options, Session& session) {
  if (options.outputs.empty() && !options.push.push) {
    throw Error{Errc::invalid_argument, "nothing says where the image goes"}.add_help(
        "give --output oci:DIR, or --push to publish it under its name");
  }
  const Reference reference = Reference::parse(options.name);
  const Descriptor root = make_image(options, reference, session);
  const std::string name = options.push.push ? reference.name() : options.name;
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
  add_text(command, "--user", options.user, "UID[:GID]", "who runs it; default: 65532:65532");
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
  add_text(command, "NAME", options->name, "NAME", "name of the image, as tool:1.2 or ghcr.io/owner/tool:1.2")
      ->required();
  add_list(command, "--add", options->adds, "SRC:DST[:MODE]", "a file or directory and where it goes; repeatable")
      ->required();
  add_text(command, "--base", options->base, "REF", "only scratch, the default, in this version");
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
  command.footer(fmt::format("{}\n\n{}\n\n{}", output_places_help, cache_help, network_help));
}

}  // namespace ocibuild
