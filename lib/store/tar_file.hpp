// A tar file as a directory of files that can be read in any order.
//
// The tar reader of `layer` reads a stream from front to back; an archive of images needs its blobs by name, in any
// order and by several threads, so here only the headers are read and the content is found by offset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {

/// Where a file's content is in the tar, in bytes.
struct TarExtent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// An uncompressed tar (ustar, pax or GNU). Safe for use by several threads at once.
class TarFile {
 public:
  /// Reads all headers. Names are relative without `./`; links are resolved within the tar. Throws Error{not_found,
  /// io}, {unsupported} for a compressed file, {invalid_document} for a damaged one, two entries of one name, or too
  /// many.
  explicit TarFile(const std::filesystem::path& path);

  const std::map<std::string, TarExtent, std::less<>>& files() const noexcept { return files_; }
  bool contains(std::string_view name) const { return files_.find(name) != files_.end(); }

  /// Opens a file; the source stays valid without this object. Throws Error{not_found}.
  std::unique_ptr<Source> open(std::string_view name) const;

  /// The whole of a small file. Throws as `open`, and Error{invalid_document} above `limit` bytes.
  std::string read(std::string_view name, std::size_t limit) const;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  const TarExtent& extent(std::string_view name) const;

  std::filesystem::path path_;
  std::shared_ptr<const FileHandle> file_;
  std::map<std::string, TarExtent, std::less<>> files_;
};

}  // namespace ocibuild
