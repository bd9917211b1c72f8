// A cache in a directory of its own, and ways to do it harm.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ocibuild/store/blob_cache.hpp"

namespace ocibuild::testing {

/// A cache that remembers what it complained about.
struct Cache {
  TempDir parent{std::filesystem::temp_directory_path()};
  std::filesystem::path directory = parent.path() / "cache";
  std::vector<std::string> troubles;

  std::unique_ptr<BlobCache> open() {
    return std::make_unique<BlobCache>(
        directory, CacheOptions{.trouble = [this](std::string_view text) { troubles.emplace_back(text); }});
  }
  std::filesystem::path blob_path(const Descriptor& descriptor) const {
    return directory / "blobs" / descriptor.digest.algorithm() / descriptor.digest.encoded();
  }
  std::vector<std::filesystem::path> records(const std::string& kind = "layers") const {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator{directory / kind}) paths.push_back(entry.path());
    return paths;
  }
};

inline Blob text_blob(std::string text) {
  return memory_blob("application/x.test", std::move(text));
}

/// Flips one bit.
inline void spoil(const std::filesystem::path& path, std::size_t at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(static_cast<std::streamoff>(at));
  const char old = static_cast<char>(file.get());
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(old ^ 1));
}

}  // namespace ocibuild::testing
