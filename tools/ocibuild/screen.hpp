// Standard error shared by all threads: lines that stay, and below them a live area that is drawn again and again.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// Keeps lasting lines and the live area apart. Safe for use by several threads.
class Screen {
 public:
  /// `write` puts text on the terminal at once.
  explicit Screen(std::function<void(std::string_view)> write) : write_{std::move(write)} {}

  /// Puts lasting lines above the live area. `text` ends in a newline.
  void print(std::string_view text);

  /// Replaces the live area. Every row must be narrower than the terminal; none clears the area.
  void draw(std::vector<std::string> rows);

  /// Clears the live area for good, when the lock comes free within `patience`: for the thread that ends the process.
  void close(std::chrono::milliseconds patience) noexcept;

 private:
  std::string erasure() const;

  std::function<void(std::string_view)> write_;
  std::mutex mutex_;
  std::vector<std::string> rows_;
  bool closed_ = false;
};

}  // namespace ocibuild
