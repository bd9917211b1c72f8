// A directory on disk as the entries of a layer.
#include "ocibuild/layer/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer/entry_path.hpp"
#include "layer/xattrs.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr unsigned max_depth = 256;  // one open directory each; the usual limit of open files is 1024

std::string_view described_type(mode_t mode) {
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISCHR(mode)) return "a character device";
  if (S_ISBLK(mode)) return "a block device";
  return "of an unknown type";
}

FileHandle open_directory(int parent, const char* name, const std::filesystem::path& path, Symlinks symlinks) {
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (symlinks == Symlinks::refuse ? O_NOFOLLOW : 0);
  FileHandle handle{::openat(parent, name, flags)};
  if (handle) return handle;
  if (errno == ENOENT) throw Error{Errc::not_found, fmt::format("{}: no such directory", printable(path.native()))};
  if (errno == ENOTDIR) throw Error{Errc::not_found, fmt::format("{}: not a directory", printable(path.native()))};
  throw_errno(printable(path.native()), errno);
}

/// The names in an open directory, in the order of their bytes: what readdir gives differs between file systems.
std::vector<std::string> sorted_names(const FileHandle& directory, const std::filesystem::path& path) {
  FileHandle copy{::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0)};
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{copy ? ::fdopendir(copy.get()) : nullptr, &::closedir};
  if (!stream) throw_errno(printable(path.native()), errno);
  copy.release();  // the stream owns it now
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name{entry->d_name};
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno(printable(path.native()), errno);
  std::ranges::sort(names);
  return names;
}

/// One walk through a tree. Every step is relative to an open directory, so no symlink is ever passed through.
class Scan {
 public:
  explicit Scan(const DirectoryOptions& options) : options_{options} {}

  void visit(const FileHandle& directory, const std::filesystem::path& path, const std::string& below, unsigned depth) {
    if (depth > max_depth) {
      throw Error{Errc::invalid_document,
                  fmt::format("{}: nested deeper than {}", printable(path.native()), max_depth)};
    }
    for (const std::string& name : sorted_names(directory, path)) {
      const std::filesystem::path child = path / name;
      const std::string place = below.empty() ? name : below + '/' + name;
      struct ::stat status {};
      if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        throw_errno(printable(child.native()), errno);
      }
      entries_.push_back(described(directory, name, child, place, status));
      if (S_ISDIR(status.st_mode)) {
        visit(open_directory(directory.get(), name.c_str(), child, Symlinks::refuse), child, place, depth + 1);
      }
    }
  }

  std::vector<FileEntry> take() noexcept { return std::move(entries_); }

 private:
  FileEntry described(const FileHandle& parent, const std::string& name, const std::filesystem::path& path,
                      const std::string& place, const struct ::stat& status) {
    FileEntry entry{.path = place, .mode = mode(status)};
    if (options_.owners == Owners::from_disk) {
      entry.uid = status.st_uid;
      entry.gid = status.st_gid;
    }
    if (S_ISREG(status.st_mode)) {
      describe_file(entry, path, status);
    } else if (S_ISDIR(status.st_mode)) {
      entry.kind = EntryKind::directory;
    } else if (S_ISLNK(status.st_mode)) {
      entry.kind = EntryKind::symlink;
      entry.link = link_target(parent, name, path);
    } else {
      throw Error{Errc::unsupported, fmt::format("{}: {}, which a layer from a directory cannot hold",
                                                 printable(path.native()), described_type(status.st_mode))};
    }
    if (entry.kind != EntryKind::hardlink) entry.xattrs = layer_xattrs(path);
    return entry;
  }

  void describe_file(FileEntry& entry, const std::filesystem::path& path, const struct ::stat& status) {
    entry.source = path;
    entry.source_symlinks = Symlinks::refuse;
    if (status.st_nlink < 2) return;
    const auto [first, added] = first_names_.try_emplace({status.st_dev, status.st_ino}, entry.path);
    if (added) return;
    entry.kind = EntryKind::hardlink;
    entry.link = first->second;
  }

  std::uint32_t mode(const struct ::stat& status) const noexcept {
    if (options_.modes == Modes::from_disk) return status.st_mode & 07777;
    return S_ISDIR(status.st_mode) || (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644;
  }

  static std::string link_target(const FileHandle& parent, const std::string& name, const std::filesystem::path& path) {
    std::string target(4096, '\0');  // PATH_MAX: the kernel takes no longer one
    const ssize_t length = ::readlinkat(parent.get(), name.c_str(), target.data(), target.size());
    if (length < 0) throw_errno(printable(path.native()), errno);
    target.resize(static_cast<std::size_t>(length));
    return target;
  }

  const DirectoryOptions& options_;
  std::map<std::pair<dev_t, ino_t>, std::string> first_names_;
  std::vector<FileEntry> entries_;
};

}  // namespace

std::vector<FileEntry> entries_from_directory(const std::filesystem::path& directory, const DirectoryOptions& options) {
  Scan scan{options};
  scan.visit(open_directory(AT_FDCWD, directory.c_str(), directory, Symlinks::follow), directory,
             options.below.empty() ? std::string{} : layer_path(options.below), 0);
  return scan.take();
}

}  // namespace ocibuild
