// What is in a cache, and evicting from it.
#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "store/cache_record.hpp"
#include "store/layout_files.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

/// A blob with everything that refers to it.
struct Entry {
  fs::path blob;  // empty: it is gone
  std::uint64_t size = 0;
  bool is_layer = false;
  std::vector<fs::path> records;
  fs::file_time_type last_used = fs::file_time_type::min();
};

using Entries = std::map<Digest, Entry>;

/// The regular files in a directory; it may be missing, and files may go while we look.
std::vector<fs::directory_entry> files_in(const fs::path& directory) {
  std::vector<fs::directory_entry> files;
  std::error_code error;
  for (fs::directory_iterator entry{directory, error}, end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) files.push_back(*entry);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw_errno(fmt::format("reading directory {}", directory.native()), error.value());
  }
  return files;
}

void add_blobs(const fs::path& cache, Entries& entries) {
  std::error_code error;
  for (fs::directory_iterator algorithm{cache / "blobs", error}, end; !error && algorithm != end;
       algorithm.increment(error)) {
    for (const fs::directory_entry& file : files_in(algorithm->path())) {
      std::error_code gone;
      const std::uint64_t size = file.file_size(gone);
      const std::string name =
          fmt::format("{}:{}", algorithm->path().filename().native(), file.path().filename().native());
      try {
        if (!gone) entries[Digest::parse(name)] = Entry{.blob = file.path(), .size = size};
      } catch (const Error&) {
        continue;  // not ours
      }
    }
  }
}

/// Records that are damaged are not entries.
void add_records(const fs::path& cache, CacheKind kind, Entries& entries, std::vector<fs::path>& damaged) {
  for (const fs::directory_entry& file : files_in(record_directory(cache, kind))) {
    try {
      const CacheRecord record = parse_record(read_file(file.path(), max_record_size, Symlinks::refuse));
      Entry& entry = entries[record.descriptor.digest];
      std::error_code gone;
      entry.records.push_back(file.path());
      entry.last_used = std::max(entry.last_used, file.last_write_time(gone));
      entry.is_layer = entry.is_layer || kind == CacheKind::layer;
    } catch (const Error& error) {
      if (error.code() != Errc::not_found) damaged.push_back(file.path());
    }
  }
}

Entries entries_of(const fs::path& cache, std::vector<fs::path>& damaged) {
  Entries entries;
  add_blobs(cache, entries);
  for (const CacheKind kind : {CacheKind::layer, CacheKind::fetched}) add_records(cache, kind, entries, damaged);
  return entries;
}

/// Records first: one without its blob would be looked up in vain.
void remove_files(const Entry& entry) {
  std::error_code ignored;
  for (const fs::path& record : entry.records) fs::remove(record, ignored);
  if (!entry.blob.empty()) fs::remove(entry.blob, ignored);
}

bool is_whole(const Entry& entry) {
  return !entry.blob.empty() && !entry.records.empty();
}

}  // namespace

CacheContent cache_content(const fs::path& directory) {
  std::vector<fs::path> damaged;
  CacheContent content;
  for (const auto& [digest, entry] : entries_of(directory, damaged)) {
    if (!is_whole(entry)) continue;
    BlobCount& count = entry.is_layer ? content.layers : content.fetched;
    ++count.count;
    count.bytes += entry.size;
  }
  return content;
}

BlobCount trim_cache(const fs::path& directory, std::uint64_t limit) {
  std::error_code error;
  if (!fs::is_directory(work_directory(directory), error)) return {};
  // Another process may be making the layout just now; its marker comes last, and before it there is nothing to trim.
  if (!fs::exists(directory / layout_file::marker, error)) return {};
  require_cache(directory);
  const FileLock one_at_a_time{work_directory(directory) / "trim"};
  ByteLocks in_use{in_use_file(directory)};
  std::vector<fs::path> damaged;
  const Entries entries = entries_of(directory, damaged);
  for (const fs::path& record : damaged) fs::remove(record, error);

  std::vector<const Entries::value_type*> oldest_first;
  std::uint64_t size = 0;
  for (const auto& entry : entries) {
    oldest_first.push_back(&entry);
    size += entry.second.size;
  }
  std::stable_sort(oldest_first.begin(), oldest_first.end(),
                   [](const auto* a, const auto* b) { return a->second.last_used < b->second.last_used; });
  BlobCount removed;
  for (const auto* const candidate : oldest_first) {
    const auto& [digest, entry] = *candidate;
    if (is_whole(entry) && size <= limit) continue;
    const std::uint64_t lock = lock_of(digest);
    if (!in_use.try_own(lock)) continue;
    remove_files(entry);
    in_use.release(lock);
    size -= entry.size;
    if (entry.blob.empty()) continue;
    ++removed.count;
    removed.bytes += entry.size;
  }
  return removed;
}

}  // namespace ocibuild
