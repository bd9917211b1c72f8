// Drawing: every change of the screen is one write, so that nothing flickers.
#include "screen.hpp"

#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ocibuild {

/// From the line below the live area to its first line, everything from there on cleared.
std::string Screen::erasure() const {
  return rows_.empty() ? "" : fmt::format("\x1b[{}A\r\x1b[J", rows_.size());
}

void Screen::print(std::string_view text) {
  const std::lock_guard lock{mutex_};
  if (rows_.empty()) {
    write_(text);
  } else {
    write_(fmt::format("{}{}{}\n", erasure(), text, fmt::join(rows_, "\n")));
  }
}

void Screen::draw(std::vector<std::string> rows) {
  const std::lock_guard lock{mutex_};
  if (closed_ || rows == rows_) return;
  std::string text = erasure();
  for (const std::string& row : rows) text += row + "\n";
  rows_ = std::move(rows);
  write_(text);
}

void Screen::close(std::chrono::milliseconds patience) noexcept {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!mutex_.try_lock()) {
    if (std::chrono::steady_clock::now() >= deadline) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  const std::lock_guard lock{mutex_, std::adopt_lock};
  closed_ = true;
  write_(erasure());
  rows_.clear();
}

}  // namespace ocibuild
