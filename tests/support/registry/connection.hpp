// A connection of the test server: bytes in and out, every way to end, and nothing that waits longer than the server
// lives. Private to the test registry.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace ocibuild::testing {

/// The other side is gone, or the server stops.
class Disconnected final : public std::exception {
 public:
  const char* what() const noexcept override { return "the connection is over"; }
};

/// Owns a non-blocking socket. Everything that waits throws Disconnected once `stop` (an eventfd) is readable.
class Connection {
 public:
  Connection(int socket, int stop) noexcept : socket_{socket}, stop_{stop} {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The next line without its end; nothing when the other side has closed. Throws Disconnected for more than `limit`
  /// bytes.
  std::optional<std::string> line(std::size_t limit);

  /// Appends at least one and at most `limit` bytes to `to`. Throws Disconnected at the end.
  void read(std::string& to, std::size_t limit);

  void write(std::string_view bytes);

  void pause(std::chrono::milliseconds time);

  /// Makes the window of the other side small, so that reading slowly slows it down.
  void narrow() const noexcept;

  /// Does nothing until the other side gives up.
  void stall();

  /// Closes in order: what was written arrives. Takes what the other side still sends, because a close with unread
  /// bytes would reset the connection, and with it what was written.
  void close();

  /// Closes with RST.
  void reset() noexcept;

 private:
  bool fill();
  /// False when the time was over.
  bool wait(short events, std::chrono::milliseconds limit);

  int socket_;
  int stop_;
  std::string buffer_;
};

}  // namespace ocibuild::testing
