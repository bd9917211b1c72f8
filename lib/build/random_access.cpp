// Random access over memory and over files.
#include "build/random_access.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

class MemoryAccess final : public RandomAccess {
 public:
  explicit MemoryAccess(Bytes memory) : memory_{memory} {}
  std::uint64_t size() const override { return memory_.size(); }
  void read_at(std::uint64_t offset, MutableBytes into) const override {
    std::ranges::copy(memory_.subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
  }

 private:
  Bytes memory_;
};

FileHandle open_regular(const std::filesystem::path& path, std::uint64_t& size) {
  FileHandle file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a FIFO must not hang here
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw Error{Errc::not_found, fmt::format("there is no file {}", path.string())};
    throw_errno(fmt::format("opening {}", path.string()), errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_errno(fmt::format("examining {}", path.string()), errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error{Errc::invalid_document, fmt::format("{} is not a regular file", path.string())};
  }
  size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

class FileAccess final : public RandomAccess {
 public:
  explicit FileAccess(std::filesystem::path path) : path_{std::move(path)}, file_{open_regular(path_, size_)} {}
  std::uint64_t size() const override { return size_; }

  void read_at(std::uint64_t offset, MutableBytes into) const override {
    if (into.size() > window_.size()) return read_file(offset, into);
    if (offset < window_offset_ || offset + into.size() > window_offset_ + window_size_) {
      window_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(window_.size(), size_ - offset));
      window_offset_ = offset;
      read_file(offset, std::span{window_}.first(window_size_));
    }
    const auto start = static_cast<std::size_t>(offset - window_offset_);
    std::ranges::copy(std::span{window_}.subspan(start, into.size()), into.begin());
  }

 private:
  void read_file(std::uint64_t offset, MutableBytes into) const {
    while (!into.empty()) {
      const auto count = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno(fmt::format("reading {}", path_.string()), errno);
      if (count == 0) throw Error{Errc::io, fmt::format("reading {}: the file became shorter", path_.string())};
      offset += static_cast<std::uint64_t>(count);
      into = into.subspan(static_cast<std::size_t>(count));
    }
  }

  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  FileHandle file_;
  mutable std::array<std::byte, 16384> window_{};
  mutable std::uint64_t window_offset_ = 0;
  mutable std::size_t window_size_ = 0;
};

}  // namespace

std::unique_ptr<RandomAccess> random_access(Bytes memory) {
  return std::make_unique<MemoryAccess>(memory);
}

std::unique_ptr<RandomAccess> random_access(const std::filesystem::path& path) {
  return std::make_unique<FileAccess>(path);
}

}  // namespace ocibuild
