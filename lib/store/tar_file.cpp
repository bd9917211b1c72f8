// Finding the files of a tar, and reading them by offset.
#include "store/tar_file.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "store/tar_headers.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_entries = 100'000;  // an archive has one entry for each blob
constexpr int max_link_hops = 8;

/// Reads as much of `into` as the file has from `offset`.
std::size_t read_at(const FileHandle& file, const std::string& name, std::uint64_t offset, MutableBytes into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t count =
        ::pread(file.get(), into.data() + filled, std::min<std::size_t>(into.size() - filled, 1 << 30),
                static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno(fmt::format("reading {}", name), errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

class ExtentSource final : public Source {
 public:
  ExtentSource(std::shared_ptr<const FileHandle> file, std::string name, TarExtent extent)
      : file_{std::move(file)}, name_{std::move(name)}, rest_{extent} {}

  std::size_t read(MutableBytes into) override {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), rest_.size)));
    const std::size_t count = read_at(*file_, name_, rest_.offset, into);
    rest_ = {.offset = rest_.offset + count, .size = rest_.size - count};
    return count;
  }

 private:
  std::shared_ptr<const FileHandle> file_;
  std::string name_;
  TarExtent rest_;
};

/// The name as a path within the tar: without `.`, `..` and leading slashes. Nothing when it leads outside.
std::optional<std::string> path_within(const std::filesystem::path& name) {
  const std::string inside = name.relative_path().lexically_normal().native();
  if (inside == ".." || inside.starts_with("../")) return std::nullopt;
  return inside;
}

/// The files and links of a tar while it is being read.
class Collector {
 public:
  void take(const TarMember& entry) {
    if (++count_ > max_entries) {
      throw Error{Errc::invalid_document, fmt::format("more than {} entries, which is the limit here", max_entries)};
    }
    const bool is_file = entry.type == '0' || entry.type == '\0' || entry.type == '7';
    const auto name = path_within(entry.name);
    if (!name || name->empty() || entry.name.ends_with('/')) return;
    if (is_file) keep(*name, {.offset = entry.offset, .size = entry.size});
    if (entry.type == '1') links_[*name] = path_within(entry.link).value_or("");
    if (entry.type == '2')
      links_[*name] = path_within(std::filesystem::path{*name}.parent_path() / entry.link).value_or("");
  }

  std::map<std::string, TarExtent, std::less<>> finish() {
    const auto files = files_;
    for (const auto& [name, target] : links_) {
      std::string at = target;
      for (int hop = 0; hop < max_link_hops && links_.contains(at); ++hop) at = links_.at(at);
      if (const auto file = files.find(at); file != files.end()) keep(name, file->second);
    }
    return std::move(files_);
  }

 private:
  void keep(const std::string& name, TarExtent extent) {
    if (files_.try_emplace(name, extent).second) return;
    throw Error{Errc::invalid_document, fmt::format("there are two entries '{}'", name)};
  }

  std::size_t count_ = 0;
  std::map<std::string, TarExtent, std::less<>> files_;
  std::map<std::string, std::string> links_;
};

void refuse_compressed(std::string_view begin) {
  const bool gzip = begin.starts_with("\x1f\x8b");
  if (!gzip && !begin.starts_with("\x28\xb5\x2f\xfd")) return;
  throw Error{Errc::unsupported, "the archive is compressed as a whole, expected a plain tar"}.add_help(
      gzip ? "decompress it first, with `gzip -d`" : "decompress it first, with `zstd -d`");
}

}  // namespace

TarFile::TarFile(const std::filesystem::path& path)
    : path_{path},
      file_{std::make_shared<FileHandle>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))} {
  if (!*file_ && errno == ENOENT) throw Error{Errc::not_found, fmt::format("{}: no such file", path_.native())};
  struct ::stat status {};
  if (!*file_ || ::fstat(file_->get(), &status) != 0) throw_errno(fmt::format("opening {}", path_.native()), errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error{Errc::invalid_document, fmt::format("{}: not a regular file", path_.native())};
  }
  with_context(path_.native(), [&] {
    const ReadAt read = [&](std::uint64_t offset, MutableBytes into) {
      return read_at(*file_, path_.native(), offset, into);
    };
    std::string begin(4, '\0');
    read(0, std::as_writable_bytes(std::span{begin}));
    refuse_compressed(begin);
    Collector collector;
    read_tar_headers(read, static_cast<std::uint64_t>(status.st_size),
                     [&](const TarMember& entry) { collector.take(entry); });
    files_ = collector.finish();
  });
}

const TarExtent& TarFile::extent(std::string_view name) const {
  const auto file = files_.find(name);
  if (file == files_.end()) {
    throw Error{Errc::not_found, fmt::format("{} contains no file '{}'", path_.native(), name)};
  }
  return file->second;
}

std::unique_ptr<Source> TarFile::open(std::string_view name) const {
  return std::make_unique<ExtentSource>(file_, path_.native(), extent(name));
}

std::string TarFile::read(std::string_view name, std::size_t limit) const {
  return with_context(fmt::format("{}: {}", path_.native(), name), [&] { return read_all(*open(name), limit); });
}

}  // namespace ocibuild
