// Writing to descriptors and asking what is behind them.
#include "streams.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

/// Returns 0 or an errno value.
int write_fully(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // Somebody who shares the terminal has made it non-blocking.
      pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void reserve_standard_streams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    const int access = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    const int opened = ::open("/dev/null", access);
    if (opened >= 0 && opened != descriptor) ::close(opened);
  }
}

void require_standard_output() {
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) throw Error{Errc::io, "standard output is closed"};
}

void write_all(int descriptor, std::string_view text, std::string_view stream) {
  const int failure = write_fully(descriptor, text);
  if (failure != 0) throw_errno(fmt::format("writing to {}", stream), failure);
}

void write_standard_error(std::string_view text) noexcept {
  write_fully(STDERR_FILENO, text);
}

Terminal terminal(int descriptor, const Environment& environment) {
  Terminal found;
  const std::string kind = value_of(environment, "TERM");
  found.present = ::isatty(descriptor) == 1 && !kind.empty() && kind != "dumb";
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    found.columns = size.ws_col;
    found.rows = size.ws_row > 0 ? size.ws_row : found.rows;
  }
  return found;
}

}  // namespace ocibuild
