// Accepting connections, and ending them all.
#include "support/registry/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <list>
#include <thread>

#include "ocibuild/base/error.hpp"
#include "support/registry/served.hpp"

namespace ocibuild::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// A socket that listens on that port of 127.0.0.1.
int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) throw_errno("open a socket", errno);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, SOMAXCONN) != 0) {
    const int error = errno;
    ::close(listener);
    throw_errno("listen on port " + std::to_string(port), error);
  }
  return listener;
}

std::uint16_t port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// A connection and the thread that serves it.
struct Worker {
  std::atomic<bool> done = false;
  std::thread thread;
};

}  // namespace

struct HttpServer::State {
  explicit State(Service serves) : service{std::move(serves)} {}

  Service service;
  int listener = -1;
  int stop = -1;
  std::uint16_t port = 0;
  std::atomic<std::size_t> connections = 0;
  std::list<Worker> workers;  // only the accepting thread touches it
  std::thread accepting;

  void serve_in_thread(Worker& worker, int socket) {
    worker.thread = std::thread{[this, &worker, socket] {
      try {
        Connection connection{socket, stop};
        serve(connection, service);
      } catch (const Disconnected&) {
        // Clients go, and the server is stopped, at any moment.
      } catch (const std::exception& error) {
        std::fprintf(stderr, "test registry: %s\n", error.what());
      }
      worker.done = true;
    }};
  }

  void join_finished() {
    workers.remove_if([](Worker& worker) {
      const bool done = worker.done;
      if (done) worker.thread.join();
      return done;
    });
  }

  void accept_until_stopped() {
    for (;;) {
      std::array<pollfd, 2> ready{pollfd{.fd = listener, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = stop, .events = POLLIN, .revents = 0}};
      ::poll(ready.data(), ready.size(), -1);
      if (ready[1].revents != 0) break;
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) continue;
      const int yes = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ++connections;
      join_finished();
      serve_in_thread(workers.emplace_back(), socket);
    }
    for (Worker& worker : workers) worker.thread.join();
  }
};

HttpServer::HttpServer(MemoryRegistry& registry, Faults& faults, HttpServerOptions options)
    : state_{std::make_unique<State>(Service{registry, faults, std::move(options), {}})} {
  state_->listener = listen_on(state_->service.options.port);
  state_->port = port_of(state_->listener);
  state_->service.origin = origin();
  state_->stop = ::eventfd(0, EFD_CLOEXEC);
  state_->accepting = std::thread{[state = state_.get()] { state->accept_until_stopped(); }};
}

HttpServer::~HttpServer() {
  ::eventfd_write(state_->stop, 1);
  state_->accepting.join();
  ::close(state_->listener);
  ::close(state_->stop);
}

std::uint16_t HttpServer::port() const noexcept {
  return state_->port;
}

std::string HttpServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

std::size_t HttpServer::connections() const noexcept {
  return state_->connections;
}

}  // namespace ocibuild::testing
