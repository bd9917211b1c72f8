// Reading an OCI layout.
#include <fmt/format.h>
#include <sys/stat.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "store/layout_files.hpp"
#include "store/located_source.hpp"
#include "store/root_names.hpp"

namespace ocibuild {

LayoutReader::LayoutReader(std::filesystem::path directory) : directory_{std::move(directory)} {
  std::error_code error;
  if (!std::filesystem::is_directory(directory_, error)) {
    throw Error{Errc::not_found, fmt::format("{}: no such directory", directory_.native())};
  }
  const std::filesystem::path marker = directory_ / layout_file::marker;
  if (!std::filesystem::exists(std::filesystem::symlink_status(marker, error))) {
    throw Error{Errc::invalid_document,
                fmt::format("{} is not an OCI layout: it has no {} file", directory_.native(), layout_file::marker)};
  }
  const std::string content = read_file(marker, max_marker_size, Symlinks::refuse);
  with_context(marker.native(), [&] { require_layout_marker(content); });
  index();
}

std::filesystem::path LayoutReader::blob_path(const Digest& digest) const {
  return directory_ / layout_file::blobs / digest.algorithm() / digest.encoded();
}

bool LayoutReader::contains(const Descriptor& descriptor) const {
  struct ::stat status {};
  if (::lstat(blob_path(descriptor.digest).c_str(), &status) != 0) return false;
  return S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) == descriptor.size;
}

std::unique_ptr<Source> LayoutReader::open(const Descriptor& descriptor) const {
  const std::filesystem::path path = blob_path(descriptor.digest);
  return std::make_unique<LocatedSource>(path.native(), std::make_unique<FileSource>(path, Symlinks::refuse),
                                         descriptor);
}

Index LayoutReader::index() const {
  const std::filesystem::path path = directory_ / layout_file::index;
  const std::string document = read_file(path, max_manifest_size, Symlinks::refuse);
  return with_context(path.native(), [&] { return parse_index(document); });
}

std::optional<Descriptor> LayoutReader::resolve(std::string_view name) const {
  return find_root(index(), name, NamedBy::ref_name);
}

std::vector<NamedRoot> LayoutReader::roots() const {
  return named_roots(index(), NamedBy::ref_name);
}

}  // namespace ocibuild
