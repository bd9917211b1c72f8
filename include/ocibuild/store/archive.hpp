// Archives: a whole store in one tar file, for `podman load`, `docker load` and `skopeo`.
//
// An oci-archive is the tar of an OCI layout. A docker-archive is written in the combined form of Docker 25 and later:
// the same plus manifest.json, which older engines need.
#pragma once

#include <filesystem>
#include <map>
#include <variant>

#include "ocibuild/base/file.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/spec/platform.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

enum class ArchiveFormat {
  oci,     ///< a root is named by its reference name, as `1.2.3`
  docker,  ///< a root is named by its full reference, as `ghcr.io/owner/name:1.2.3`; short ones get Docker's defaults
};

class TarFile;

/// Reads an uncompressed archive in place: the headers once, at construction, and blobs by seeking.
///
/// As a docker-archive it also takes what `docker save` wrote before version 25, what skopeo and podman write, and a
/// layout whose index names platforms that are not there: then each image of manifest.json becomes an OCI manifest over
/// the config and the layers as they are.
class ArchiveReader final : public ReadStore {
 public:
  /// Throws Error{not_found, io}, {invalid_document} when the file is not such an archive, {unsupported} when it is
  /// compressed as a whole.
  ArchiveReader(const std::filesystem::path& file, ArchiveFormat format);
  ~ArchiveReader() override;

  bool contains(const Descriptor& descriptor) const override;
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override;
  std::vector<NamedRoot> roots() const override;

 private:
  using Content = std::variant<std::string, std::shared_ptr<const std::string>>;  // name in the tar, or the bytes

  void take_layout();
  bool has_all_documents() const;
  void take_saved_images();
  Descriptor take_saved_layer(const std::string& name, const Digest& diff_id);

  std::unique_ptr<const TarFile> tar_;
  ArchiveFormat format_;
  std::map<Digest, std::pair<std::uint64_t, Content>> blobs_;
  Index index_;
};

struct ArchiveOptions {
  ArchiveFormat format = ArchiveFormat::oci;

  /// docker: engines that read manifest.json know no indexes; this platform's image stands for an index there, or the
  /// first image when the index has none for it.
  Platform platform{.architecture = "amd64"};
};

/// Writes an archive: collects beside the target, and at `finish` writes the tar in its canonical order. The same
/// blobs and names give the same bytes, in whatever order they came. Replaces a file that was there, atomically.
class ArchiveWriter final : public Store {
 public:
  /// Throws Error{io}, and {invalid_argument} when `target` is something else than a regular file.
  explicit ArchiveWriter(std::filesystem::path target, ArchiveOptions options = {});

  bool contains(const Descriptor& descriptor) const override { return staging_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return staging_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override;
  std::vector<NamedRoot> roots() const override { return staging_.roots(); }
  std::filesystem::path file_of(const Descriptor& descriptor) const override { return staging_.file_of(descriptor); }
  void put(const Blob& blob) override { staging_.put(blob); }
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override { return staging_.add(write); }

  /// docker: the name is a reference; without a tag it means `latest`. Throws Error{invalid_argument} for one with a
  /// digest.
  void tag(const Descriptor& root, std::string_view name) override;

  /// docker: throws Error{not_found} when the image for manifest.json is without a layer that must not be distributed.
  void finish() override;

 private:
  std::filesystem::path target_;
  ArchiveOptions options_;
  TempDir directory_;
  LayoutStore staging_;  // names roots as this store does
};

}  // namespace ocibuild
