// A client that sees a connection as it is: bytes, its end, or a reset.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace ocibuild::testing {

class RawClient {
 public:
  enum class End { closed, reset, timed_out };

  explicit RawClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side no longer takes it.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  /// Reads up to `end` and returns everything up to and with it; less when the connection ends before.
  std::string read_until(std::string_view end) {
    std::size_t found = received_.find(end);
    while (found == std::string::npos && receive()) found = received_.find(end);
    const std::size_t size = found == std::string::npos ? received_.size() : found + end.size();
    std::string result = received_.substr(0, size);
    received_.erase(0, size);
    return result;
  }

  /// How the connection ended, after everything was read; what that was is in `rest`.
  End wait_for_end() {
    while (receive()) {
    }
    return end_;
  }
  const std::string& rest() const { return received_; }

 private:
  bool receive() {
    std::array<char, 65536> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size > 0) received_.append(bytes.data(), static_cast<std::size_t>(size));
    if (size == 0) end_ = End::closed;
    if (size < 0) end_ = errno == ECONNRESET ? End::reset : End::timed_out;
    return size > 0;
  }

  int socket_;
  std::string received_;
  End end_ = End::timed_out;
};

}  // namespace ocibuild::testing
