// read_tar over libarchive, which is allowed its tar reader and no other format, filter or file.
#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "layer/entry_path.hpp"
#include "layer/locale_scope.hpp"
#include "layer/tar_inspector.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/tar.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t buffer_size = 64 << 10;

/// Counts, bounds and hashes what libarchive reads, and keeps exceptions out of its C code.
class Input {
 public:
  Input(Source& from, std::uint64_t limit) : from_{from}, limit_{limit}, buffer_(buffer_size) {}

  std::size_t read() {
    const std::size_t count = from_.read(buffer_);
    size_ += count;
    if (size_ > limit_) {
      throw Error{Errc::invalid_document, fmt::format("tar has more than {} bytes, the limit here", limit_)};
    }
    hasher_.update(Bytes{buffer_}.first(count));
    return count;
  }

  static la_ssize_t on_read(archive* reader, void* self, const void** data) noexcept {
    auto& input = *static_cast<Input*>(self);
    try {
      const std::size_t count = input.read();
      *data = input.buffer_.data();
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      input.failure_ = std::current_exception();
      ::archive_set_error(reader, EIO, "input failed");
      return ARCHIVE_FATAL;
    }
  }

  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  UncompressedLayer drain() {
    while (read() > 0) continue;
    return {.diff_id = hasher_.finish(), .size = size_};
  }

 private:
  Source& from_;
  std::uint64_t limit_;
  std::vector<std::byte> buffer_;
  std::uint64_t size_ = 0;
  Hasher hasher_;
  std::exception_ptr failure_;
};

/// The tar reader of libarchive, with its errors as exceptions.
class Reader {
 public:
  explicit Reader(Input& input) : input_{input}, archive_{::archive_read_new(), &::archive_read_free} {
    if (!archive_) throw std::bad_alloc{};
    ::archive_read_support_format_tar(archive_.get());
    const LocaleScope scope{classic_locale()};
    check(::archive_read_open(archive_.get(), &input_, nullptr, &Input::on_read, nullptr));
  }

  /// The next entry, or null at the end.
  archive_entry* next() {
    const LocaleScope scope{classic_locale()};
    archive_entry* entry = nullptr;
    status_ = ::archive_read_next_header(archive_.get(), &entry);
    if (status_ == ARCHIVE_EOF) return nullptr;
    check(status_);
    return entry;
  }

  /// The next piece of the current entry's content and where it belongs; empty at the end.
  Bytes next_piece(std::int64_t& offset) {
    const void* data = nullptr;
    std::size_t size = 0;
    const int status = ::archive_read_data_block(archive_.get(), &data, &size, &offset);
    if (status == ARCHIVE_EOF) return {};
    check(status);
    return {static_cast<const std::byte*>(data), size};
  }

  /// True when libarchive read the current entry only in part. Names that it could not convert are whole, see above.
  bool warned() const {
    const char* text = ::archive_error_string(archive_.get());
    return status_ == ARCHIVE_WARN &&
           !(text != nullptr && std::string_view{text}.find("can't be converted") != std::string_view::npos);
  }

  std::uint64_t position() const { return static_cast<std::uint64_t>(::archive_filter_bytes(archive_.get(), 0)); }

 private:
  void check(int status) const {
    if (status >= ARCHIVE_WARN) return;
    input_.rethrow_failure();
    const char* text = ::archive_error_string(archive_.get());
    throw Error{Errc::invalid_document,
                fmt::format("not a readable tar: {}", printable(text != nullptr ? text : "damaged"))};
  }

  Input& input_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  int status_ = ARCHIVE_OK;
};

/// The content of the current entry. Its pieces must follow each other: a gap is a hole of a sparse file, which a small
/// tar can make arbitrarily large.
class EntryContent final : public Source {
 public:
  EntryContent(Reader& reader, const TarEntry& entry) : reader_{reader}, entry_{entry} {}

  std::size_t read(MutableBytes into) override {
    while (piece_.empty() && !ended_) fetch();
    const std::size_t count = std::min(into.size(), piece_.size());
    std::copy_n(piece_.begin(), count, into.begin());
    piece_ = piece_.subspan(count);
    return count;
  }

 private:
  void fetch() {
    std::int64_t offset = 0;
    piece_ = reader_.next_piece(offset);
    ended_ = piece_.data() == nullptr;
    const bool contiguous = ended_ ? position_ == entry_.size : position_ == static_cast<std::uint64_t>(offset);
    if (!contiguous) {
      throw Error{Errc::unsupported,
                  fmt::format("{} is a sparse file, which layers should not use", printable(entry_.path))};
    }
    position_ += piece_.size();
  }

  Reader& reader_;
  const TarEntry& entry_;
  Bytes piece_;
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

TarKind kind_of(archive_entry* entry) {
  if (::archive_entry_hardlink(entry) != nullptr) return TarKind::hardlink;
  switch (::archive_entry_filetype(entry)) {
    case AE_IFDIR: return TarKind::directory;
    case AE_IFLNK: return TarKind::symlink;
    case AE_IFCHR: return TarKind::character_device;
    case AE_IFBLK: return TarKind::block_device;
    case AE_IFIFO: return TarKind::fifo;
    default: return TarKind::file;
  }
}

std::string text_of(const char* text) {
  return text != nullptr ? std::string{text} : std::string{};
}

std::map<std::string, std::string> xattrs_of(archive_entry* entry) {
  std::map<std::string, std::string> xattrs;
  ::archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    xattrs.insert_or_assign(text_of(name), std::string{as_text({static_cast<const std::byte*>(value), size})});
  }
  return xattrs;
}

TarEntry described(Reader& reader, archive_entry* entry) {
  const LocaleScope scope{classic_locale()};
  TarEntry described{.path = text_of(::archive_entry_pathname(entry)), .kind = kind_of(entry)};
  bool damaged = reader.warned();
  const auto number = [&](std::int64_t value) {
    damaged = damaged || value < 0;
    return value < 0 ? 0 : static_cast<std::uint64_t>(value);
  };
  described.link =
      text_of(described.kind == TarKind::hardlink ? ::archive_entry_hardlink(entry) : ::archive_entry_symlink(entry));
  described.mode = ::archive_entry_perm(entry) & 07777;
  described.uid = number(::archive_entry_uid(entry));
  described.gid = number(::archive_entry_gid(entry));
  described.mtime = ::archive_entry_mtime(entry);
  described.size = number(::archive_entry_size(entry));
  if (described.kind == TarKind::character_device || described.kind == TarKind::block_device) {
    described.device_major = ::archive_entry_rdevmajor(entry);
    described.device_minor = ::archive_entry_rdevminor(entry);
  }
  described.xattrs = xattrs_of(entry);
  described.content_offset = reader.position();
  if (damaged) described.flaws.push_back(TarFlaw::damaged_attributes);
  return described;
}

}  // namespace

UncompressedLayer read_tar(Source& tar, const VisitTarEntry& visit, const TarLimits& limits) {
  Input input{tar, limits.size};
  Reader reader{input};
  TarInspector inspector{limits};
  while (archive_entry* found = reader.next()) {
    TarEntry entry = described(reader, found);
    inspector.inspect(entry);
    EntryContent content{reader, entry};
    visit(entry, content);
  }
  return input.drain();
}

}  // namespace ocibuild
