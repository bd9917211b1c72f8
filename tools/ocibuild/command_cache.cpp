// ocibuild cache
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json_text.hpp"
#include "ocibuild/build/settings.hpp"
#include "options.hpp"
#include "session_cache.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct CacheCommand {
  std::optional<std::string> trim;
  bool clear = false;
  bool json = false;
};

CacheSettings require_place(const Environment& environment) {
  CacheSettings settings = cache_settings(environment);
  if (!settings.directory.empty()) return settings;
  throw Error{Errc::not_found, "there is no place for a cache: HOME is not set"}.add_help(
      "set OCIBUILD_CACHE_DIR to a directory");
}

/// What to trim the cache to, if it is to be trimmed.
std::optional<std::uint64_t> wanted_limit(const CacheCommand& options, const CacheSettings& settings) {
  if (options.clear) return 0;
  if (!options.trim) return std::nullopt;
  if (options.trim->empty()) return settings.limit;
  return with_context("--trim", [&] { return parse_size(*options.trim); });
}

std::string content_text(const CacheSettings& settings, const CacheContent& content) {
  std::string text = fmt::format("{}\n", terminal_text(settings.directory.native()));
  text += fmt::format("  {}, {}\n", counted(content.layers.count, "layer"), human_size(content.layers.bytes));
  text += fmt::format("  {}, {}\n", counted(content.fetched.count, "fetched blob"), human_size(content.fetched.bytes));
  if (settings.limit == 0) return text + "  off: OCIBUILD_CACHE_SIZE is 0\n";
  const std::uint64_t size = content.layers.bytes + content.fetched.bytes;
  return text + fmt::format("  {} of {}\n", human_size(size), human_size(settings.limit));
}

Json to_json(const BlobCount& count) {
  return {{"count", count.count}, {"size", count.bytes}};
}

ExitCode run(const CacheCommand& options, Session& session) {
  const CacheSettings settings = require_place(session.environment);
  const std::optional<std::uint64_t> limit = wanted_limit(options, settings);
  const BlobCount removed = limit ? trim_cache(settings.directory, *limit) : BlobCount{};
  const CacheContent content = cache_content(settings.directory);
  if (options.json) {
    session.console.result(json_document({{"schemaVersion", json_schema_version},
                                          {"directory", settings.directory.native()},
                                          {"limit", settings.limit},
                                          {"layers", to_json(content.layers)},
                                          {"fetched", to_json(content.fetched)},
                                          {"removed", to_json(removed)}}));
    return ExitCode::ok;
  }
  if (limit) {
    session.console.status(fmt::format("removed {}, {}", counted(removed.count, "blob"), human_size(removed.bytes)));
  }
  session.console.result(content_text(settings, content));
  return ExitCode::ok;
}

}  // namespace

void add_cache_command(CommandLine& line) {
  const auto options = std::make_shared<CacheCommand>();
  CLI::App& command = line.add_command("cache", "Shows the cache of layers, and makes it smaller",
                                       [options](Session& session) { return run(*options, session); });
  auto* const trim = add_text(command, "--trim", options->trim, "[SIZE]",
                              "remove what was used least recently, down to SIZE; default: OCIBUILD_CACHE_SIZE");
  trim->expected(0, 1);
  command.add_flag("--clear", options->clear, "remove everything")->excludes(trim);
  add_json_flag(command, options->json, "what is in it");
  command.footer(fmt::format("{}\nWhat a running build uses stays.", cache_help));
}

}  // namespace ocibuild
