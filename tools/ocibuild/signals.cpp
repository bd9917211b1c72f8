// The signal thread: ordinary code in an ordinary thread, where a signal handler could do next to nothing.
#include "signals.hpp"

#include <array>
#include <csignal>
#include <thread>

#include <unistd.h>

#include "ocibuild/base/cleanup.hpp"

namespace ocibuild {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void exit_on_signals(std::function<void()> before_exit) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, which is reported like any other
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that grows over what `ulimit -f` allows
  sigset_t signals;
  ::sigemptyset(&signals);
  constexpr std::array<int, 3> ending{SIGINT, SIGTERM, SIGHUP};
  for (const int signal : ending) {
    if (!is_ignored(signal)) ::sigaddset(&signals, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread{[signals, before_exit = std::move(before_exit)] {
    int signal = 0;
    while (::sigwait(&signals, &signal) != 0) {
    }
    before_exit();
    abandon_everything();
    ::_exit(128 + signal);
  }}.detach();
}

}  // namespace ocibuild
