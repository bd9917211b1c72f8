// Pipes, and reading two of them at once.
#include "base/streams.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_line = 16 << 20;
constexpr int while_running_pause = 100;  // milliseconds

// Linux 6.3: without it the kernel complains, or with vm.memfd_noexec=2 refuses. Older kernels do not know it.
constexpr unsigned not_executable = 0x0008U;  // MFD_NOEXEC_SEAL

FileHandle open_anonymous_file() {
  FileHandle file{::memfd_create("input", MFD_CLOEXEC | not_executable)};
  if (!file && errno == EINVAL) file = FileHandle{::memfd_create("input", MFD_CLOEXEC)};
  if (!file) throw_errno("creating an anonymous file", errno);
  return file;
}

/// For poll: -1 is for ever; rounded up, so that 0 means the deadline has come.
int milliseconds_until(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
}

}  // namespace

Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("opening a pipe", errno);
  return {.read_end = FileHandle{ends[0]}, .write_end = FileHandle{ends[1]}};
}

FileHandle anonymous_file(std::string_view content) {
  FileHandle file = open_anonymous_file();
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("writing an anonymous file", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("writing an anonymous file", errno);
  return file;
}

void LineStream::read_some() {
  std::array<char, 64 << 10> buffer{};
  const ssize_t count = ::read(from_.get(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    from_ = FileHandle{};
    if (!rest_.empty()) take_(std::exchange(rest_, {}));
    return;
  }
  for (std::string_view text{buffer.data(), static_cast<std::size_t>(count)}; !text.empty();) {
    const std::size_t end = text.find('\n');
    keep(text.substr(0, end));
    if (end == std::string_view::npos) return;
    take_(rest_);
    rest_.clear();
    text.remove_prefix(end + 1);
  }
}

void LineStream::keep(std::string_view part) {
  rest_.append(part.substr(0, max_line - std::min(max_line, rest_.size())));
}

bool read_lines(std::array<LineStream, 2>& streams, const Deadline& deadline,
                const std::function<void()>& while_running) {
  while (streams[0].open() || streams[1].open()) {
    const int time_left = milliseconds_until(deadline);
    if (time_left == 0) return false;
    std::array<::pollfd, 2> waiting{};
    for (std::size_t i = 0; i < 2; ++i) waiting[i] = {.fd = streams[i].descriptor(), .events = POLLIN, .revents = 0};
    const int longest =
        while_running && (time_left < 0 || time_left > while_running_pause) ? while_running_pause : time_left;
    if (::poll(waiting.data(), waiting.size(), longest) < 0 && errno != EINTR) throw_errno("waiting for output", errno);
    if (while_running) while_running();
    for (std::size_t i = 0; i < 2; ++i) {
      if (streams[i].open() && waiting[i].revents != 0) streams[i].read_some();
    }
  }
  return true;
}

}  // namespace ocibuild
