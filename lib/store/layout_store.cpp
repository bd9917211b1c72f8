// Writing an OCI layout so that whoever looks, and whenever the process dies, every blob is whole.
#include <cerrno>
#include <set>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "store/layout_files.hpp"
#include "store/root_names.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view work_directory = ".ocibuild";
constexpr std::string_view lock_file = "lock";
constexpr std::string_view corrupt_directory = "corrupt";

void write_in(const std::filesystem::path& work, const std::filesystem::path& target, std::string_view content) {
  AtomicFile file{target, work};
  file.write(as_bytes(content));
  file.commit();
}

/// A directory that holds nothing may become a layout, and so may what a killed `make_layout` left.
void require_usable(const std::filesystem::path& directory) {
  std::set<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
       entry.increment(error)) {
    names.insert(entry->path().filename().native());
  }
  if (error) throw_errno(fmt::format("reading directory {}", directory.native()), error.value());
  names.erase(std::string{work_directory});
  // Looked at after the listing: another process may be making the layout just now, and that directory comes first.
  if (std::filesystem::is_directory(directory / work_directory, error)) {
    for (const auto& made : {layout_file::blobs, layout_file::index, layout_file::marker})
      names.erase(std::string{made});
  }
  if (names.empty()) return;
  throw Error{Errc::invalid_document, fmt::format("{} is neither an OCI layout nor empty: it contains '{}'",
                                                  directory.native(), *names.begin())};
}

/// Makes what is missing of a layout. The marker comes last: with it, the layout is complete.
std::filesystem::path make_layout(const std::filesystem::path& directory) {
  const std::filesystem::path work = directory / work_directory;
  const std::filesystem::path marker = directory / layout_file::marker;
  std::error_code error;
  const auto is_made = [&] { return std::filesystem::exists(std::filesystem::symlink_status(marker, error)); };
  ocibuild::create_directories(directory);
  if (!is_made()) require_usable(directory);
  ocibuild::create_directories(work);
  const FileLock lock{work / lock_file};
  if (is_made()) return work;
  ocibuild::create_directories(directory / layout_file::blobs);
  write_in(work, directory / layout_file::index, serialize(Index{}));
  write_in(work, marker, layout_marker);
  return work;
}

bool is_intact(const std::filesystem::path& path, const Descriptor& descriptor) {
  FileSource file{path, Symlinks::refuse};
  if (file.size() != descriptor.size) return false;
  try {
    VerifyingSource source{std::make_unique<FileSource>(std::move(file)), descriptor};
    CountingSink nowhere;
    transfer(source, nowhere);
    return true;
  } catch (const Error& error) {
    if (error.code() == Errc::digest_mismatch) return false;
    throw;
  }
}

bool is_there(const std::filesystem::path& path) {
  struct ::stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool are_on_one_device(const std::filesystem::path& a, const std::filesystem::path& b) {
  struct ::stat of_a {};
  struct ::stat of_b {};
  return ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev;
}

}  // namespace

LayoutStore::LayoutStore(std::filesystem::path directory, LayoutOptions options)
    : directory_{std::move(directory)},
      work_{make_layout(directory_)},
      options_{std::move(options)},
      reader_{directory_} {
  remove_abandoned_files(work_);
}

bool LayoutStore::has_intact(const Descriptor& descriptor) {
  const std::filesystem::path path = blob_path(descriptor.digest);
  return is_there(path) && is_intact(path, descriptor);
}

void LayoutStore::set_aside(const Descriptor& descriptor) {
  const std::filesystem::path path = blob_path(descriptor.digest);
  if (!is_there(path)) return;
  const FileLock lock{work_ / lock_file};
  if (!is_there(path) || is_intact(path, descriptor)) return;  // another process was faster
  ocibuild::create_directories(work_ / corrupt_directory);
  std::filesystem::path kept;
  int number = 0;
  do {
    kept = work_ / corrupt_directory /
           fmt::format("{}-{}.{}", descriptor.digest.algorithm(), descriptor.digest.encoded(), number++);
  } while (is_there(kept));
  std::error_code error;
  std::filesystem::rename(path, kept, error);
  if (error) throw_errno(fmt::format("setting aside {}", path.native()), error.value());
  if (!options_.corrupt_blob) return;
  const std::lock_guard telling{telling_};
  options_.corrupt_blob(descriptor, kept);
}

std::filesystem::path LayoutStore::target_of(const Descriptor& descriptor) const {
  std::filesystem::path target = blob_path(descriptor.digest);
  if (!is_there(target.parent_path())) {
    ocibuild::create_directories(target.parent_path());
    sync_directory(target.parent_path().parent_path());
  }
  return target;
}

/// False when there is nothing to link to, or no way; the caller copies then, and finds out what is wrong, if anything.
bool LayoutStore::link(const Blob& blob) {
  if (blob.file.empty()) return false;
  const std::filesystem::path target = target_of(blob.descriptor);
  if (!are_on_one_device(blob.file, target.parent_path())) return false;
  try {
    if (!is_intact(blob.file, blob.descriptor)) return false;
  } catch (const Error&) {
    return false;
  }
  set_aside(blob.descriptor);
  if (::link(blob.file.c_str(), target.c_str()) != 0) return errno == EEXIST;  // another process was faster
  sync_directory(target.parent_path());
  return true;
}

void LayoutStore::put(const Blob& blob) {
  const Descriptor& descriptor = blob.descriptor;
  if (has_intact(descriptor) || link(blob)) return;
  const std::filesystem::path target = target_of(descriptor);
  AtomicFile file{target, work_};
  VerifyingSource source{blob.open(), descriptor};
  transfer(source, file);
  set_aside(descriptor);
  file.commit();
}

Descriptor LayoutStore::add(const std::function<Descriptor(Sink&)>& write) {
  AtomicFile file{{}, work_};
  HashingSink hashed{file};
  Descriptor descriptor = write(hashed);
  const Digest digest = hashed.digest();
  if (descriptor.size != file.size() || descriptor.digest != digest) {
    throw Error{Errc::digest_mismatch,
                fmt::format("wrote {} bytes with digest {}, the descriptor says {} bytes and {}", file.size(),
                            digest.string(), descriptor.size, descriptor.digest.string())};
  }
  if (has_intact(descriptor)) return descriptor;
  const std::filesystem::path target = target_of(descriptor);
  set_aside(descriptor);
  file.commit(target);
  return descriptor;
}

void LayoutStore::tag(const Descriptor& root, std::string_view name) {
  if (!name.empty()) require_root_name(name);
  require_root(*this, root);
  const FileLock lock{work_ / lock_file};
  Index index = reader_.index();
  const Index before = index;
  set_root(index, root, name);
  if (index != before) write_in(work_, directory_ / layout_file::index, serialize(index));
}

}  // namespace ocibuild
