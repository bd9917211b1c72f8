// A file that appears complete or not at all, and the removal of what a killed writer left.
#include <algorithm>
#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view temporary_prefix = ".ocibuild-tmp-";

constexpr std::uint64_t write_back_size = 4 << 20;  // bytes

std::filesystem::path fresh_name(const std::filesystem::path& directory) {
  static std::atomic<unsigned> counter{0};
  return directory / fmt::format("{}{}-{}", temporary_prefix, ::getpid(), counter++);
}

/// Tells remove_abandoned_files that the writer lives: the lock goes with the process. False when that function was
/// faster, between our open and our lock, and has taken the file for an abandoned one.
bool is_ours(const FileHandle& file) {
  if (::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct ::stat status {};
  return ::fstat(file.get(), &status) != 0 || status.st_nlink > 0;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary_directory)
    : target_{std::move(target)} {
  if (temporary_directory.empty()) temporary_directory = target_.parent_path();
  if (temporary_directory.empty()) temporary_directory = ".";
  while (!file_) {
    temporary_ = fresh_name(temporary_directory);
    int error_number = 0;
    registration_.reset();
    registration_.emplace([&] {
      // The name of a dead writer with our process id may still be there: O_EXCL, and the next number.
      file_ = FileHandle{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
      error_number = errno;
      return temporary_;
    });
    if (!file_ && error_number != EEXIST) {
      throw_errno(fmt::format("creating {}", (target_.empty() ? temporary_directory : target_).native()), error_number);
    }
    if (file_ && !is_ours(file_)) file_ = FileHandle{};
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30));
    if (count < 0) {
      if (errno == EINTR) continue;
      throw_errno(fmt::format("writing {}", (target_.empty() ? temporary_ : target_).native()), errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  // Lets the disk begin while there is more to compress or receive, so that the fsync of `commit` has little left. Only
  // a hint: what fails here fails there.
  if (size_ - write_back_begun_ < write_back_size) return;
  ::sync_file_range(file_.get(), static_cast<off_t>(write_back_begun_), static_cast<off_t>(size_ - write_back_begun_),
                    SYNC_FILE_RANGE_WRITE);
  write_back_begun_ = size_;
}

void AtomicFile::commit() {
  commit(target_);
}

void AtomicFile::commit(const std::filesystem::path& target) {
  const std::string doing = fmt::format("writing {}", target.native());
  if (::fsync(file_.get()) != 0) throw_errno(doing, errno);
  if (::rename(temporary_.c_str(), target.c_str()) != 0) throw_errno(doing, errno);
  temporary_.clear();
  registration_.reset();
  sync_directory(target.has_parent_path() ? target.parent_path() : ".");
}

void remove_abandoned_files(const std::filesystem::path& directory) noexcept {
  std::error_code error;
  for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (!path.filename().native().starts_with(temporary_prefix)) continue;
    const FileHandle file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
}

}  // namespace ocibuild
