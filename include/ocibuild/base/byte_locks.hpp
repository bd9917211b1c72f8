// Locks on the single bytes of one file: many named locks between processes, at the price of one open file.
#pragma once

#include <cstdint>
#include <filesystem>

#include "ocibuild/base/file.hpp"

namespace ocibuild {

/// Advisory locks against other objects of this class, in this process and in others, over the same file. They end with
/// the object, and with the process however it ends. Where the file system has no such locks everybody gets every lock.
/// Safe for use by several threads.
class ByteLocks {
 public:
  /// Opens the file and makes it when it is missing; it stays empty and is never removed. Throws Error{io}.
  explicit ByteLocks(const std::filesystem::path& path);

  /// Locks a byte together with others who share it; waits while somebody has it alone. Throws Error{io}.
  void share(std::uint64_t byte);

  /// Locks a byte alone; false, at once, when somebody else has it. The object must not share it itself.
  bool try_own(std::uint64_t byte);

  /// Gives a byte back.
  void release(std::uint64_t byte) noexcept;

 private:
  std::filesystem::path path_;
  FileHandle file_;
};

}  // namespace ocibuild
