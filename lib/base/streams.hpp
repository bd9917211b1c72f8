// What a program is given to read and what it prints: a file for the input, pipes for the lines.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/file.hpp"
#include "ocibuild/base/process.hpp"

namespace ocibuild {

/// When waiting ends; nothing: never.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

struct Pipe {
  FileHandle read_end;
  FileHandle write_end;
};

/// A pipe that children do not inherit. Throws Error{io}.
Pipe open_pipe();

/// `content` in a file without a name, open at its beginning. Throws Error{io}.
///
/// Unlike a pipe it need not be fed while the output is read, and does not break when nobody reads it.
FileHandle anonymous_file(std::string_view content);

/// Cuts a stream into lines.
class LineStream {
 public:
  /// `take` must outlive this object. Without an open file the stream is at its end.
  LineStream(FileHandle from, const TakeLine& take) : from_{std::move(from)}, take_{take} {}

  bool open() const { return static_cast<bool>(from_); }
  int descriptor() const { return from_.get(); }

  /// Reads once, waiting if it must, and gives away every line that is complete.
  void read_some();

 private:
  void keep(std::string_view part);

  FileHandle from_;
  const TakeLine& take_;
  std::string rest_;
};

/// Reads both streams to their ends; false when the deadline came first. Calls `while_running`, if any, in between.
/// Throws Error{io}, and what a consumer or `while_running` throws.
bool read_lines(std::array<LineStream, 2>& streams, const Deadline& deadline,
                const std::function<void()>& while_running = {});

}  // namespace ocibuild
