// Finding and keeping blobs.
#include "ocibuild/store/blob_cache.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "ocibuild/base/error.hpp"
#include "store/cache_record.hpp"

namespace ocibuild {
namespace {

// https://bford.info/cachedir/: programs that make backups leave the directory out.
constexpr std::string_view tag_file = "CACHEDIR.TAG";
constexpr std::string_view tag =
    "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of ocibuild; it can be removed at any time.\n";

std::filesystem::path make_directory(std::filesystem::path directory) {
  std::error_code error;
  const bool is_new = !std::filesystem::exists(directory, error);
  ocibuild::create_directories(directory);
  if (is_new) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  return directory;
}

}  // namespace

BlobCache::BlobCache(std::filesystem::path directory, CacheOptions options)
    : directory_{make_directory(std::move(directory))},
      options_{std::move(options)},
      layout_{directory_,
              {.corrupt_blob =
                   [this](const Descriptor& blob, const std::filesystem::path& set_aside) {
                     std::error_code ignored;
                     std::filesystem::remove(set_aside, ignored);
                     tell(fmt::format("blob {} was damaged and is replaced", blob.digest.string()));
                   }}},
      in_use_{in_use_file(directory_)} {
  require_cache(directory_);
  for (const CacheKind kind : {CacheKind::layer, CacheKind::fetched}) {
    ocibuild::create_directories(record_directory(directory_, kind));
  }
  std::error_code unknown;
  if (!std::filesystem::exists(directory_ / tag_file, unknown)) write_file(directory_ / tag_file, tag);
}

std::filesystem::path BlobCache::record_path(const CacheKey& key) const {
  return record_directory(directory_, key.kind) / Digest::of(key.name).encoded();
}

void BlobCache::tell(std::string_view trouble) {
  if (!options_.trouble) return;
  const std::lock_guard lock{telling_};
  options_.trouble(trouble);
}

void BlobCache::use(const Descriptor& descriptor) {
  in_use_.share(lock_of(descriptor.digest));
}

std::optional<Descriptor> BlobCache::find(const CacheKey& key) {
  const std::filesystem::path path = record_path(key);
  try {
    CacheRecord record = parse_record(read_file(path, max_record_size, Symlinks::refuse));
    if (record.name != key.name) throw Error{Errc::invalid_document, "it belongs to something else"};
    use(record.descriptor);
    // After the lock: only now it is sure to stay.
    if (layout_.contains(record.descriptor)) {
      ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
      return std::move(record.descriptor);
    }
    discard_unusable(key, record.descriptor);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return std::nullopt;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    tell(fmt::format("record {} is damaged and was removed: {}", path.native(), error.what()));
  }
  return std::nullopt;
}

Blob BlobCache::blob(const Descriptor& descriptor) const {
  return {.descriptor = descriptor,
          .open = [this, descriptor] { return layout_.open(descriptor); },
          .file = layout_.file_of(descriptor)};
}

bool BlobCache::is_intact(const CacheKey& key, const Descriptor& descriptor) {
  try {
    CountingSink nowhere;
    transfer(*layout_.open(descriptor), nowhere);
    return true;
  } catch (const Error& error) {
    discard(key, descriptor, error.what());
    return false;
  }
}

/// After the first failure nothing more is tried: a disk that is full stays full, and one warning is enough.
void BlobCache::try_to_keep(const std::function<void()>& work) {
  if (!keeps_) return;
  try {
    work();
  } catch (const Error& error) {
    if (keeps_.exchange(false)) tell(fmt::format("nothing more is kept in the cache: {}", error.what()));
  }
}

void BlobCache::write_record(const CacheKey& key, const Descriptor& descriptor) {
  AtomicFile file{record_path(key), work_directory(directory_)};
  file.write(as_bytes(serialize(CacheRecord{.name = key.name, .descriptor = descriptor})));
  file.commit();
  has_grown_ = true;
}

void BlobCache::keep(const CacheKey& key, const Blob& blob) {
  try_to_keep([&] {
    use(blob.descriptor);
    layout_.put(blob);
    write_record(key, blob.descriptor);  // last: a record without its blob would be useless
  });
}

std::unique_ptr<AtomicFile> BlobCache::begin(const Descriptor& descriptor) {
  std::unique_ptr<AtomicFile> file;
  try_to_keep([&] {
    const std::filesystem::path target = layout_.blob_path(descriptor.digest);
    ocibuild::create_directories(target.parent_path());
    file = std::make_unique<AtomicFile>(target, work_directory(directory_));
  });
  return file;
}

void BlobCache::keep(const CacheKey& key, const Descriptor& descriptor, AtomicFile& written) {
  try_to_keep([&] {
    use(descriptor);
    written.commit();
    write_record(key, descriptor);
  });
}

void BlobCache::discard(const CacheKey& key, const Descriptor& descriptor, std::string_view reason) {
  std::error_code ignored;
  std::filesystem::remove(record_path(key), ignored);
  std::filesystem::remove(layout_.blob_path(descriptor.digest), ignored);
  tell(fmt::format("blob {} is damaged and was removed: {}", descriptor.digest.string(), reason));
}

/// A blob that is not there was evicted or never came, which is nothing to talk about.
void BlobCache::discard_unusable(const CacheKey& key, const Descriptor& descriptor) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(layout_.blob_path(descriptor.digest), ignored))) {
    discard(key, descriptor, "its size or kind is wrong");
  } else {
    std::filesystem::remove(record_path(key), ignored);
  }
}

}  // namespace ocibuild
