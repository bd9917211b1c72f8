// A directory of blobs that were expensive to get, shared by all builds of a user.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/byte_locks.hpp"
#include "ocibuild/store/layout_store.hpp"

namespace ocibuild {

/// How a cached blob came to be.
enum class CacheKind {
  layer,    ///< made here; found by what it was made of
  fetched,  ///< read from elsewhere, as the blobs of a base image; found by its digest
};

/// What a blob is found by.
struct CacheKey {
  CacheKind kind = CacheKind::layer;
  std::string name;  ///< everything that determines the blob
};

struct CacheOptions {
  /// Told of each entry that was damaged and is gone now, and once when nothing more can be kept. From any thread, one
  /// at a time.
  std::function<void(std::string_view)> trouble;
};

/// A number of blobs.
struct BlobCount {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const BlobCount&, const BlobCount&) = default;
};

/// What is in a cache and can be found, by how it came to be. A blob that is both counts as a layer.
struct CacheContent {
  BlobCount layers;
  BlobCount fetched;
};

/// Keeps blobs for later processes. Used by any number of threads and processes at once.
///
/// It helps and never hinders: everything it gives is verified while it is read, an entry that is damaged is removed
/// and counts as absent, and what cannot be kept is not kept. What a process has found or kept is not evicted while it
/// lives.
///
/// The directory is an OCI layout without roots (blobs appear whole or not at all), with a record beside the blobs for
/// each key: `layers/HASH` and `fetched/HASH`, whose modification time is that of its last use.
class BlobCache {
 public:
  /// Opens the cache, or makes one, for its owner alone. Throws Error{io} when that is not possible, and
  /// {invalid_document} for a directory that is something else, as a layout with images.
  explicit BlobCache(std::filesystem::path directory, CacheOptions options = {});

  /// The blob of that key, which is used now; or nothing.
  std::optional<Descriptor> find(const CacheKey& key);

  /// A blob that was found. It is verified while it is read, by whoever reads it: see `discard`.
  Blob blob(const Descriptor& descriptor) const;

  /// Reads a blob that was found to its end; false when it is damaged, and then it is discarded.
  bool is_intact(const CacheKey& key, const Descriptor& descriptor);

  /// Keeps a blob under a key, if that is possible. It is linked where it can be (see Blob::file), else read once.
  void keep(const CacheKey& key, const Blob& blob);

  /// A file that becomes the blob of `descriptor` when it is given to the other `keep` after all bytes were written and
  /// verified; nothing when it is not possible.
  std::unique_ptr<AtomicFile> begin(const Descriptor& descriptor);
  void keep(const CacheKey& key, const Descriptor& descriptor, AtomicFile& written);

  /// Removes an entry that turned out to be damaged, with its blob, and tells `trouble`.
  void discard(const CacheKey& key, const Descriptor& descriptor, std::string_view reason);

  /// True when this object has kept something.
  bool has_grown() const noexcept { return has_grown_; }

  const std::filesystem::path& directory() const noexcept { return directory_; }

 private:
  std::filesystem::path record_path(const CacheKey& key) const;
  void use(const Descriptor& descriptor);
  void write_record(const CacheKey& key, const Descriptor& descriptor);
  void discard_unusable(const CacheKey& key, const Descriptor& descriptor);
  void tell(std::string_view trouble);
  void try_to_keep(const std::function<void()>& work);

  std::filesystem::path directory_;
  CacheOptions options_;
  LayoutStore layout_;
  ByteLocks in_use_;
  std::atomic<bool> has_grown_{false};
  std::atomic<bool> keeps_{true};
  std::mutex telling_;
};

/// What is in the cache of a directory; nothing when there is no such directory. Throws Error{io}.
CacheContent cache_content(const std::filesystem::path& directory);

/// Removes the least recently used blobs until those that are left have at most `limit` bytes, and records and blobs
/// that belong to nothing. What running processes use stays, even above the limit. Returns what was removed; nothing
/// when there is no such directory. Throws Error{io}, and {invalid_document} for a layout with images.
BlobCount trim_cache(const std::filesystem::path& directory, std::uint64_t limit);

}  // namespace ocibuild
