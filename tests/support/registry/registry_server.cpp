// A program around the test registry, for tests in other languages: `registry_server [--journal FILE] [SETTINGS]`.
//
// Reads settings (settings.hpp) from the file, or from the first line of standard input; prints `{"port":N}`; appends
// the journal to FILE, one JSON object a line; answers control requests (control.hpp). Ends on SIGTERM and SIGINT, and
// when standard input is closed, so that it never outlives the test that started it.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <span>
#include <string>

#include "ocibuild/base/error.hpp"
#include "support/registry/control.hpp"
#include "support/registry/http_server.hpp"
#include "support/registry/settings.hpp"

namespace ocibuild::testing {
namespace {

struct Arguments {
  std::string journal;
  std::string settings;
};

Arguments parse_arguments(std::span<char*> words) {
  Arguments result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (word == "--journal" && i + 1 < words.size()) {
      result.journal = words[++i];
    } else if (!word.starts_with('-') && result.settings.empty()) {
      result.settings = word;
    } else {
      throw Error{Errc::invalid_argument, "usage: registry_server [--journal FILE] [SETTINGS]"};
    }
  }
  return result;
}

std::string read_settings(const std::string& path) {
  if (path.empty()) {
    std::string line;
    std::getline(std::cin, line);
    return line;
  }
  std::ifstream file{path};
  if (!file) throw Error{Errc::not_found, "cannot read " + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// What the main thread waits for: the end, or being told to go offline.
class Events {
 public:
  /// Must be made before any thread, so that all threads leave the signals to it.
  Events() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
    offline_ = ::eventfd(0, EFD_CLOEXEC);
    if (signals_ < 0 || offline_ < 0) throw_errno("wait for signals", errno);
  }

  /// From any thread.
  void go_offline(std::chrono::milliseconds time) {
    offline_time_ = time;
    ::eventfd_write(offline_, 1);
  }

  std::chrono::milliseconds offline_time() const { return offline_time_; }

  enum class Event { end, offline, nothing };

  /// The next event; nothing after `milliseconds`, unless they are negative.
  Event wait(int milliseconds) {
    std::array<pollfd, 3> ready{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                pollfd{.fd = offline_, .events = POLLIN, .revents = 0}};
    for (;;) {
      if (::poll(ready.data(), ready.size(), milliseconds) == 0) return Event::nothing;
      if (ready[0].revents != 0) return Event::end;
      std::array<char, 4096> ignored{};
      if (ready[1].revents != 0 && ::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) return Event::end;
      eventfd_t count = 0;
      if (ready[2].revents != 0 && ::eventfd_read(offline_, &count) == 0) return Event::offline;
    }
  }

 private:
  int signals_ = -1;
  int offline_ = -1;
  std::atomic<std::chrono::milliseconds> offline_time_{};
};

void run(const Arguments& arguments) {
  ServerSettings settings = parse_server_settings(read_settings(arguments.settings));
  Events events;
  const auto now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  };
  MemoryRegistry registry{settings.options, now};
  Faults faults;
  faults.replace(std::move(settings.faults.rules), std::move(settings.faults.random));
  std::ofstream journal;
  if (!arguments.journal.empty()) {
    journal.open(arguments.journal, std::ios::app);
    if (!journal) throw Error{Errc::io, "cannot write " + arguments.journal};
    registry.journal().listen([&](const JournalEntry& entry) { journal << to_json_line(entry) << std::endl; });
  }
  Control control{registry, faults, [&](std::chrono::milliseconds time) { events.go_offline(time); }};
  HttpServerOptions options{.port = settings.port,
                            .control = [&](const ServerRequest& request) { return control.answer(request); }};
  auto server = std::make_unique<HttpServer>(registry, faults, options);
  options.port = server->port();
  std::printf("{\"port\":%d}\n", server->port());
  std::fflush(stdout);
  while (events.wait(-1) == Events::Event::offline) {
    server.reset();
    if (events.wait(static_cast<int>(events.offline_time().count())) == Events::Event::end) return;
    server = std::make_unique<HttpServer>(registry, faults, options);
  }
}

}  // namespace
}  // namespace ocibuild::testing

int main(int count, char** words) {
  try {
    ocibuild::testing::run(ocibuild::testing::parse_arguments({words + 1, words + count}));
    return 0;
  } catch (const ocibuild::Error& error) {
    std::fprintf(stderr, "registry_server: %s\n", error.what());
    return 1;
  }
}
