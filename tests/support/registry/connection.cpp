// Sockets with poll.
#include "support/registry/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace ocibuild::testing {
namespace {

constexpr std::chrono::milliseconds without_limit{-1};

}  // namespace

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

bool Connection::wait(short events, std::chrono::milliseconds limit) {
  std::array<pollfd, 2> ready{pollfd{.fd = socket_, .events = events, .revents = 0},
                              pollfd{.fd = stop_, .events = POLLIN, .revents = 0}};
  while (::poll(ready.data(), ready.size(), static_cast<int>(limit.count())) < 0) {
    if (errno != EINTR) throw Disconnected{};
  }
  if (ready[1].revents != 0) throw Disconnected{};
  return ready[0].revents != 0;
}

bool Connection::fill() {
  std::array<char, 65536> bytes{};
  for (;;) {
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    if (size >= 0) return size > 0;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) throw Disconnected{};
    wait(POLLIN, without_limit);
  }
}

std::optional<std::string> Connection::line(std::size_t limit) {
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string result = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (result.ends_with('\r')) result.pop_back();
      return result;
    }
    if (buffer_.size() > limit) throw Disconnected{};
    if (fill()) continue;
    if (buffer_.empty()) return {};
    throw Disconnected{};
  }
}

void Connection::read(std::string& to, std::size_t limit) {
  if (buffer_.empty() && !fill()) throw Disconnected{};
  const std::size_t size = std::min(limit, buffer_.size());
  to.append(buffer_, 0, size);
  buffer_.erase(0, size);
}

void Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
      wait(POLLOUT, without_limit);
    } else {
      throw Disconnected{};
    }
  }
}

void Connection::pause(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (auto now = end - time; now < end; now = std::chrono::steady_clock::now()) {
    wait(0, std::chrono::ceil<std::chrono::milliseconds>(end - now));
  }
}

void Connection::narrow() const noexcept {
  const int size = 4096;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void Connection::stall() {
  wait(POLLRDHUP, without_limit);
}

void Connection::close() {
  ::shutdown(socket_, SHUT_WR);
  constexpr std::chrono::milliseconds patience{2000};
  std::array<char, 65536> ignored{};
  for (;;) {
    const ssize_t size = ::recv(socket_, ignored.data(), ignored.size(), 0);
    if (size > 0 || (size < 0 && errno == EINTR)) continue;
    if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return;
    if (!wait(POLLIN, patience)) return;
  }
}

void Connection::reset() noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

}  // namespace ocibuild::testing
