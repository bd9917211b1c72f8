// OCI image layouts: a directory with oci-layout, index.json and blobs/<algorithm>/<encoded> (image-spec,
// image-layout.md).
#pragma once

#include <filesystem>
#include <mutex>

#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Reads a layout and never changes it. Sees what other processes add meanwhile.
class LayoutReader final : public ReadStore {
 public:
  /// Throws Error{not_found} when there is no such directory, {invalid_document} when it is not a layout.
  explicit LayoutReader(std::filesystem::path directory);

  /// False also for a file of another size. Only regular files are blobs.
  bool contains(const Descriptor& descriptor) const override;

  /// Throws Error{invalid_document} for a blob that is a symlink, directory, FIFO or device.
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override;
  std::vector<NamedRoot> roots() const override;
  std::filesystem::path file_of(const Descriptor& descriptor) const override { return blob_path(descriptor.digest); }

  /// Where a blob of that digest is, or would be.
  std::filesystem::path blob_path(const Digest& digest) const;

  /// The index.json as it is now. Throws Error{invalid_document}.
  Index index() const;

 private:
  std::filesystem::path directory_;
};

struct LayoutOptions {
  /// Told about each blob that was not what its name says: it is set aside in `set_aside` and a good one is written.
  /// From any thread, one at a time.
  std::function<void(const Descriptor& blob, const std::filesystem::path& set_aside)> corrupt_blob;
};

/// Writes a layout, from any number of threads and processes at once.
///
/// A blob or an index.json appears complete and durable, or not at all: temporary file in `.ocibuild` (inside the
/// layout), size and digest checked, synced, renamed, directory synced. Fields and entries of index.json that others
/// wrote are kept.
class LayoutStore final : public Store {
 public:
  /// Opens the layout, or makes one where there is nothing or an empty directory; removes what killed writers left.
  /// Throws Error{invalid_document} for a directory that is something else, and {io}.
  explicit LayoutStore(std::filesystem::path directory, LayoutOptions options = {});

  bool contains(const Descriptor& descriptor) const override { return reader_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return reader_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return reader_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return reader_.roots(); }
  std::filesystem::path file_of(const Descriptor& descriptor) const override { return reader_.file_of(descriptor); }
  std::filesystem::path blob_path(const Digest& digest) const { return reader_.blob_path(digest); }

  /// Reads and checks a blob that is there already; a corrupt one is set aside and replaced.
  void put(const Blob& blob) override;

  /// Hashes what `write` wrote: throws Error{digest_mismatch} when it is not what the returned descriptor names.
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override;
  void tag(const Descriptor& root, std::string_view name) override;

 private:
  bool has_intact(const Descriptor& descriptor);
  bool link(const Blob& blob);
  void set_aside(const Descriptor& descriptor);
  std::filesystem::path target_of(const Descriptor& descriptor) const;

  std::filesystem::path directory_;
  std::filesystem::path work_;
  LayoutOptions options_;
  LayoutReader reader_;
  std::mutex telling_;
};

}  // namespace ocibuild
