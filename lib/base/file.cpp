// Reading and writing local files.
#include "ocibuild/base/file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

// read and write take at most this many bytes on Linux (man 2 write); a smaller bound keeps signals prompt.
constexpr std::size_t max_transfer = 1 << 30;

FileHandle open_regular(const std::filesystem::path& path, Symlinks symlinks) {
  // O_NONBLOCK: opening a FIFO without a writer would hang.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (symlinks == Symlinks::refuse ? O_NOFOLLOW : 0);
  FileHandle file{::open(path.c_str(), flags)};
  if (file) return file;
  const int error_number = errno;
  if (error_number == ENOENT || error_number == ENOTDIR) {
    throw Error{Errc::not_found, fmt::format("{}: no such file", path.native())};
  }
  if ((error_number == ELOOP && symlinks == Symlinks::refuse) || error_number == ENXIO) {
    throw Error{Errc::invalid_document, fmt::format("{}: not a regular file", path.native())};
  }
  throw_errno(path.native(), error_number);
}

// 0, or the errno value of what prevented it.
int wait_for_lock(int file) {
  while (::flock(file, LOCK_EX) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = other.release();
  }
  return *this;
}

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int FileHandle::release() noexcept {
  return std::exchange(descriptor_, -1);
}

FileSource::FileSource(const std::filesystem::path& path, Symlinks symlinks)
    : path_{path}, file_{open_regular(path, symlinks)} {
  struct ::stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_errno(path_.native(), errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error{Errc::invalid_document, fmt::format("{}: not a regular file", path_.native())};
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileSource::read(MutableBytes into) {
  while (true) {
    const ssize_t count = ::read(file_.get(), into.data(), std::min(into.size(), max_transfer));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_errno(fmt::format("reading {}", path_.native()), errno);
  }
}

std::string read_file(const std::filesystem::path& path, std::size_t limit, Symlinks symlinks) {
  FileSource source{path, symlinks};
  return with_context(path.native(), [&] { return read_all(source, limit); });
}

std::filesystem::path behind_symlink(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_symlink(path, failed)) return path;
  std::filesystem::path real = std::filesystem::canonical(path, failed);
  return failed ? path.parent_path() / std::filesystem::read_symlink(path) : real;
}

void write_file(const std::filesystem::path& target, std::string_view content) {
  AtomicFile file{target};
  file.write(as_bytes(content));
  file.commit();
}

void sync_directory(const std::filesystem::path& directory) {
  const FileHandle handle{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!handle || ::fsync(handle.get()) != 0)
    throw_errno(fmt::format("syncing directory {}", directory.native()), errno);
}

void create_directories(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw_errno(fmt::format("creating directory {}", directory.native()), error.value());
  // A symlink to a directory is fine; create_directories accepts anything that is already there only if it is one.
  if (!std::filesystem::is_directory(directory, error)) {
    throw_errno(fmt::format("creating directory {}", directory.native()), ENOTDIR);
  }
}

std::filesystem::path temporary_directory() {
  std::error_code failure;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(failure);
  if (!failure) return directory;
  throw Error{Errc::io, fmt::format("the directory for temporary files, TMPDIR or /tmp: {}", failure.message())}
      .add_help("set TMPDIR to a directory in which temporary files may be written");
}

TempDir::TempDir(const std::filesystem::path& parent) {
  registration_.emplace([&] {
    std::string name = (parent / "ocibuild-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) {
      throw_errno(fmt::format("creating a temporary directory in {}", parent.native()), errno);
    }
    path_ = name;
    return path_;
  });
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FileLock::FileLock(const std::filesystem::path& path)
    : file_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)} {
  if (!file_) throw_errno(fmt::format("opening lock file {}", path.native()), errno);
  if (const int failure = wait_for_lock(file_.get())) throw_errno(fmt::format("locking {}", path.native()), failure);
}

FileLock FileLock::of_directory(const std::filesystem::path& directory) {
  FileHandle handle{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!handle) throw_errno(fmt::format("opening directory {}", directory.native()), errno);
  const int failure = wait_for_lock(handle.get());
  // flock(2): NFS makes it a lock for writing, which a directory cannot be opened for.
  const bool is_unsupported = failure == EBADF || failure == ENOLCK || failure == EOPNOTSUPP || failure == ENOSYS;
  if (failure != 0 && !is_unsupported) throw_errno(fmt::format("locking {}", directory.native()), failure);
  return FileLock{std::move(handle)};
}

}  // namespace ocibuild
