// Ending on SIGINT, SIGTERM and SIGHUP: at once, and leaving nothing behind.
#pragma once

#include <functional>

namespace ocibuild {

/// Blocks the signals in this thread, and so in every thread it starts, and waits for them in a thread of its own. When
/// one comes, `before_exit` is called there, everything temporary is abandoned (see base/cleanup.hpp), and the process
/// exits with 128 + the signal. A signal that was ignored when the program started (nohup) stays ignored.
/// Called once, before any other thread is started. `before_exit` must not wait for long and must not throw.
void exit_on_signals(std::function<void()> before_exit);

}  // namespace ocibuild
