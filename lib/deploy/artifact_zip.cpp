// Reading the zip with libarchive, which is allowed its zip reader and no other format.
#include "deploy/artifact_zip.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "layer/locale_scope.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/digests.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view expected_name = "docker-image-digests.json";
constexpr std::size_t max_entries = 1000;
constexpr std::size_t buffer_size = 64 << 10;

[[noreturn]] void refuse(std::string what) {
  throw Error{Errc::digest_mismatch, "the zip " + std::move(what)};
}

/// libarchive's reader over a zip in memory, with its errors as exceptions. It goes by the directory at the end of the
/// file, as other programs do.
class ZipReader {
 public:
  explicit ZipReader(std::string_view zip) : archive_{::archive_read_new(), &::archive_read_free} {
    if (!archive_) throw std::bad_alloc{};
    ::archive_read_support_format_zip_seekable(archive_.get());
    const LocaleScope scope{utf8_locale()};
    require(::archive_read_open_memory(archive_.get(), zip.data(), zip.size()));
  }

  /// The next entry, or null at the end.
  archive_entry* next() {
    const LocaleScope scope{utf8_locale()};
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(archive_.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    require(status);
    return entry;
  }

  /// The content of the current entry. Its checksum is verified at its end.
  std::string read(const std::string& name) {
    std::string content;
    std::vector<char> buffer(buffer_size);
    while (const std::size_t count = read_some(buffer)) {
      if (content.size() + count > max_digests_file) {
        refuse(fmt::format("has more than {} bytes in {}", max_digests_file, quote(name)));
      }
      content.append(buffer.data(), count);
    }
    return content;
  }

 private:
  std::size_t read_some(std::vector<char>& buffer) {
    const la_ssize_t count = ::archive_read_data(archive_.get(), buffer.data(), buffer.size());
    if (count < 0) require(static_cast<int>(count));
    return static_cast<std::size_t>(std::max<la_ssize_t>(count, 0));
  }

  /// Warnings count: one is about a checksum that differs.
  void require(int status) const {
    if (status == ARCHIVE_OK) return;
    const char* text = ::archive_error_string(archive_.get());
    refuse(fmt::format("cannot be read: {}", clean_line(text != nullptr ? text : "damaged", 200)));
  }

  std::unique_ptr<archive, int (*)(archive*)> archive_;
};

std::string name_of(archive_entry* entry) {
  const LocaleScope scope{utf8_locale()};
  const char* name = ::archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') refuse("has an entry without a name, or one that is not text");
  return name;
}

/// Names that would lead out of the directory a zip is unpacked to. Nothing is unpacked here, but an artifact that has
/// one was not made by a workflow that means well.
bool leads_elsewhere(std::string name) {
  std::ranges::replace(name, '\\', '/');
  const bool has_drive = name.size() > 1 && name[1] == ':';
  return has_drive || name.starts_with('/') || fmt::format("/{}/", name).find("/../") != std::string::npos;
}

void require_harmless(archive_entry* entry, const std::string& name) {
  if (leads_elsewhere(name)) refuse(fmt::format("has a name that leads elsewhere: {}", quote(name)));
  if (::archive_entry_is_encrypted(entry) != 0) refuse(fmt::format("has {} encrypted", quote(name)));
  const auto type = ::archive_entry_filetype(entry);
  const bool is_link = ::archive_entry_symlink(entry) != nullptr || ::archive_entry_hardlink(entry) != nullptr;
  if (is_link || (type != AE_IFREG && type != AE_IFDIR)) {
    refuse(fmt::format("has {}, which is neither a file nor a directory", quote(name)));
  }
}

/// Every file, after a look at every entry.
std::vector<std::string> files_in(std::string_view zip) {
  ZipReader reader{zip};
  std::vector<std::string> files;
  std::set<std::string> names;
  while (archive_entry* entry = reader.next()) {
    std::string name = name_of(entry);
    require_harmless(entry, name);
    if (!names.insert(name).second) refuse(fmt::format("has {} twice", quote(name)));
    if (names.size() > max_entries) refuse(fmt::format("has more than {} entries", max_entries));
    if (::archive_entry_filetype(entry) == AE_IFREG) files.push_back(std::move(name));
  }
  return files;
}

std::string choose(const std::vector<std::string>& files) {
  if (std::ranges::find(files, expected_name) != files.end()) return std::string{expected_name};
  std::vector<std::string> documents;
  for (const std::string& file : files) {
    if (file.ends_with(".json")) documents.push_back(file);
  }
  if (documents.size() == 1) return documents.front();
  throw Error{Errc::invalid_document,
              fmt::format("{} files in it end in `.json`, and none is {}", documents.size(), expected_name)};
}

}  // namespace

std::string digests_in_zip(std::string_view zip) {
  const std::string wanted = choose(files_in(zip));
  ZipReader reader{zip};
  while (archive_entry* entry = reader.next()) {
    if (name_of(entry) == wanted) return reader.read(wanted);
  }
  refuse("changes while it is read");
}

}  // namespace ocibuild
