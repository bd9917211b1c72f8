// Local files: reading bounded and without surprises, writing so that a crash leaves the old file or the new one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/cleanup.hpp"

namespace ocibuild {

/// Owns an open file descriptor.
class FileHandle {
 public:
  FileHandle() noexcept = default;
  explicit FileHandle(int descriptor) noexcept : descriptor_{descriptor} {}
  FileHandle(FileHandle&& other) noexcept : descriptor_{other.release()} {}
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();

  int get() const noexcept { return descriptor_; }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  int release() noexcept;

 private:
  int descriptor_ = -1;
};

enum class Symlinks { follow, refuse };

/// Reads a regular file. Anything else (directory, FIFO, device, with `refuse` also a symlink) is refused at once.
class FileSource final : public Source {
 public:
  /// Throws Error{not_found} when there is no such file, {invalid_document} when it is not a regular file, {io}.
  explicit FileSource(const std::filesystem::path& path, Symlinks symlinks = Symlinks::follow);

  std::size_t read(MutableBytes into) override;

  /// The size in bytes when the file was opened.
  std::uint64_t size() const noexcept { return size_; }

 private:
  std::filesystem::path path_;
  FileHandle file_;
  std::uint64_t size_ = 0;
};

/// The content of a small regular file. Throws as FileSource, and Error{invalid_document} above `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit, Symlinks symlinks = Symlinks::follow);

/// A file that appears under its name complete, or not at all.
///
/// Bytes go to a temporary file; `commit` syncs it, renames it over the target and syncs the directory. Without commit
/// the temporary file is removed, also when the process is ended by a signal (see cleanup.hpp). A failed sync is final.
class AtomicFile final : public Sink {
 public:
  /// Opens the temporary file in `temporary_directory`, which must be on the target's file system; by default the
  /// target's own directory. Mode is 0666 less the umask. Throws Error{io}.
  explicit AtomicFile(std::filesystem::path target, std::filesystem::path temporary_directory = {});
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() override;

  void write(Bytes bytes) override;

  /// Number of bytes written so far.
  std::uint64_t size() const noexcept { return size_; }

  /// Publishes the file under its target, or under `target` when the name was not known before. Throws Error{io};
  /// then nothing was published. Called at most once.
  void commit();
  void commit(const std::filesystem::path& target);

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  std::optional<TemporaryPath> registration_;
  FileHandle file_;
  std::uint64_t size_ = 0;
  std::uint64_t write_back_begun_ = 0;  // of bytes below this
};

/// The file that a symlink leads to, there or not, else the path itself: what an AtomicFile replaces so that the
/// symlink stays one.
std::filesystem::path behind_symlink(const std::filesystem::path& path);

/// Writes `content` through an AtomicFile.
void write_file(const std::filesystem::path& target, std::string_view content);

/// Removes temporary files of AtomicFile in `directory` whose writer is dead. Never throws, never touches a live one.
void remove_abandoned_files(const std::filesystem::path& directory) noexcept;

/// Makes a rename or creation inside `directory` durable. Throws Error{io}.
void sync_directory(const std::filesystem::path& directory);

/// Creates `directory` and its missing parents. Throws Error{io}, also when something else has that name.
void create_directories(const std::filesystem::path& directory);

/// Where temporary files go: TMPDIR, else /tmp. Throws Error{io} when that is no directory.
std::filesystem::path temporary_directory();

/// A fresh directory that is removed with its content at the end of its life, also when a signal ends the process.
class TempDir {
 public:
  /// Throws Error{io}. The mode is 0700.
  explicit TempDir(const std::filesystem::path& parent);
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<TemporaryPath> registration_;
};

/// Holds an exclusive advisory lock on a file (created when missing, never removed) against other processes and
/// threads.
class FileLock {
 public:
  /// Waits until it has the lock. Throws Error{io}.
  explicit FileLock(const std::filesystem::path& path);

  /// The same on a directory that is there, which leaves no file behind. Reading it must be allowed, writing need not.
  /// Nothing is held on file systems that lock no directories, as NFS. Throws Error{io}.
  static FileLock of_directory(const std::filesystem::path& directory);

 private:
  explicit FileLock(FileHandle file) : file_{std::move(file)} {}

  FileHandle file_;
};

}  // namespace ocibuild
