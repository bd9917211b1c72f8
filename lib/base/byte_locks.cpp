// Open file description locks (man 2 fcntl): unlike the older ones they belong to what was opened, not to the process.
#include "ocibuild/base/byte_locks.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

int set_lock(int file, int command, short kind, std::uint64_t byte) {
  struct ::flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte & INT64_MAX);
  lock.l_len = 1;
  int result = 0;
  do result = ::fcntl(file, command, &lock);
  while (result != 0 && errno == EINTR);
  return result;
}

bool are_unknown_here(int error_number) {
  return error_number == EINVAL || error_number == ENOLCK || error_number == ENOSYS || error_number == EOPNOTSUPP;
}

}  // namespace

ByteLocks::ByteLocks(const std::filesystem::path& path)
    : path_{path}, file_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)} {
  if (!file_) throw_errno(fmt::format("opening lock file {}", path.native()), errno);
}

void ByteLocks::share(std::uint64_t byte) {
  if (set_lock(file_.get(), F_OFD_SETLKW, F_RDLCK, byte) == 0 || are_unknown_here(errno)) return;
  throw_errno(fmt::format("locking {}", path_.native()), errno);
}

bool ByteLocks::try_own(std::uint64_t byte) {
  return set_lock(file_.get(), F_OFD_SETLK, F_WRLCK, byte) == 0 || are_unknown_here(errno);
}

void ByteLocks::release(std::uint64_t byte) noexcept {
  set_lock(file_.get(), F_OFD_SETLK, F_UNLCK, byte);
}

}  // namespace ocibuild
