// The cache of layers and of what was fetched, where the environment wants it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "ocibuild/build/layer_cache.hpp"
#include "ocibuild/store/blob_cache.hpp"

namespace ocibuild {

/// What `--help` says about the cache.
inline constexpr const char* cache_help =
    "Layers that were made before are found in a cache by their content, whichever command\n"
    "made them: OCIBUILD_CACHE_DIR, else $XDG_CACHE_HOME/ocibuild, else ~/.cache/ocibuild.\n"
    "OCIBUILD_CACHE_SIZE is how large it may be, as 500MB or 20GiB; default 10GB, 0 is off.";

/// Where the cache is, and how large it may be.
struct CacheSettings {
  std::filesystem::path directory;  ///< empty: there is no place for it
  std::uint64_t limit = 0;          ///< in bytes; 0: it is off
};

/// Throws Error{invalid_argument} when OCIBUILD_CACHE_SIZE is no size.
CacheSettings cache_settings(const Environment& environment);

/// Adds `--no-cache`.
void add_no_cache_flag(CLI::App& command, bool& no_cache);

enum class CacheUse { as_set, never };

/// The cache that a command works with. One that cannot be used is warned about, and the command does without.
class SessionCache {
 public:
  /// Throws as cache_settings.
  SessionCache(CacheUse use, const Session& session);

  /// Null when there is no cache.
  LayerCache* layers() noexcept { return layers_ ? &*layers_ : nullptr; }
  BlobCache* blobs() noexcept { return blobs_ ? &*blobs_ : nullptr; }

  /// When all work is done: makes room if something was added. What goes wrong is a warning.
  void finish();

 private:
  Console& console_;
  CacheSettings settings_;
  std::optional<BlobCache> blobs_;
  std::optional<LayerCache> layers_;
};

}  // namespace ocibuild
