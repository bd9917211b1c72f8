// The files of a cache beside its blobs: what its records say, and where things are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/spec/descriptor.hpp"
#include "ocibuild/store/blob_cache.hpp"

namespace ocibuild {

/// Which blob belongs to a key.
struct CacheRecord {
  std::string name;  ///< of the key
  Descriptor descriptor;
};

/// The text of a record: the sha256 of the rest of the text, and one JSON object.
std::string serialize(const CacheRecord& record);

/// Throws Error{invalid_document}, also when a single bit is not what was written.
CacheRecord parse_record(std::string_view text);

inline constexpr std::size_t max_record_size = 64 << 10;  // bytes

/// Paths below the directory of a cache.
std::filesystem::path record_directory(const std::filesystem::path& cache, CacheKind kind);
std::filesystem::path work_directory(const std::filesystem::path& cache);
std::filesystem::path in_use_file(const std::filesystem::path& cache);

/// Throws Error{invalid_document} for a layout with roots: what they need belongs to no record, and would be evicted.
void require_cache(const std::filesystem::path& directory);

/// The name of the lock that keeps a blob from being evicted.
std::uint64_t lock_of(const Digest& blob);

}  // namespace ocibuild
