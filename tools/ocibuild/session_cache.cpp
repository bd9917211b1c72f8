// Opening the cache, and keeping it small.
#include "session_cache.hpp"

#include <fmt/format.h>

#include "ocibuild/build/settings.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr std::uint64_t standard_limit = 10'000'000'000;  // bytes

std::filesystem::path cache_directory(const Environment& environment) {
  if (is_set(environment, "OCIBUILD_CACHE_DIR")) {
    return std::filesystem::absolute(value_of(environment, "OCIBUILD_CACHE_DIR"));
  }
  // https://specifications.freedesktop.org/basedir-spec: a relative path there is to be ignored.
  const std::filesystem::path standard = value_of(environment, "XDG_CACHE_HOME");
  if (standard.is_absolute()) return standard / "ocibuild";
  const std::filesystem::path home = value_of(environment, "HOME");
  return home.is_absolute() ? home / ".cache" / "ocibuild" : std::filesystem::path{};
}

}  // namespace

CacheSettings cache_settings(const Environment& environment) {
  CacheSettings settings{.directory = cache_directory(environment), .limit = standard_limit};
  if (is_set(environment, "OCIBUILD_CACHE_SIZE")) {
    settings.limit =
        with_context("OCIBUILD_CACHE_SIZE", [&] { return parse_size(value_of(environment, "OCIBUILD_CACHE_SIZE")); });
  }
  return settings;
}

void add_no_cache_flag(CLI::App& command, bool& no_cache) {
  command.add_flag("--no-cache", no_cache, "make every layer, and keep none for later");
}

SessionCache::SessionCache(CacheUse use, const Session& session)
    : console_{session.console}, settings_{cache_settings(session.environment)} {
  if (use == CacheUse::never || settings_.limit == 0 || settings_.directory.empty()) return;
  try {
    blobs_.emplace(settings_.directory, CacheOptions{.trouble = [this](std::string_view trouble) {
                     console_.warning(fmt::format("cache: {}", trouble));
                   }});
    layers_.emplace(*blobs_);
  } catch (const Error& error) {
    console_.warning(fmt::format("no cache is used: {}", error.what()));
  }
}

void SessionCache::finish() {
  if (!blobs_) return;
  console_.detail(Verbosity::verbose,
                  fmt::format("cache: {} found, {} made", counted(layers_->found(), "layer"), layers_->made()));
  if (!blobs_->has_grown()) return;
  try {
    const BlobCount removed = trim_cache(settings_.directory, settings_.limit);
    if (removed.count == 0) return;
    console_.detail(Verbosity::verbose,
                    fmt::format("cache: removed {}, {}", counted(removed.count, "blob"), human_size(removed.bytes)));
  } catch (const Error& error) {
    console_.warning(fmt::format("cache: {}", error.what()));
  }
}

}  // namespace ocibuild
