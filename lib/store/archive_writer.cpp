// Writing an archive: a layout beside the target, then its tar in canonical order.
#include <algorithm>

#include <fmt/format.h>

#include "layer/entry_list.hpp"
#include "layer/tar_writer.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/store/archive.hpp"
#include "ocibuild/store/graph.hpp"
#include "store/docker_save.hpp"
#include "store/layout_files.hpp"
#include "store/root_names.hpp"

namespace ocibuild {
namespace {

std::filesystem::path parent_of(const std::filesystem::path& target) {
  return target.has_parent_path() ? target.parent_path() : std::filesystem::path{"."};
}

std::filesystem::path require_replaceable(std::filesystem::path target) {
  std::error_code error;
  const auto status = std::filesystem::status(target, error);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) return target;
  throw Error{Errc::invalid_argument, fmt::format("{} is not a regular file, expected one or none", target.native())};
}

std::string name_of(const Descriptor& root) {
  const auto name = root.annotations.find(std::string{annotation::ref_name});
  return name == root.annotations.end() ? std::string{} : name->second;
}

std::string path_in_archive(const Digest& digest) {
  return fmt::format("{}/{}/{}", layout_file::blobs, digest.algorithm(), digest.encoded());
}

/// The manifest of the image that stands for `root` where only one image can.
std::optional<Descriptor> image_for(const ReadStore& store, const Descriptor& root, const Platform& platform) {
  std::optional<Descriptor> first;
  std::optional<Descriptor> fitting;
  walk(store, root, [&](const Descriptor& node, std::string_view) {
    if (node_kind(node.media_type) != NodeKind::manifest) return;
    if (node.platform && node.platform->os == "unknown") return;  // BuildKit's attestations
    if (!first) first = node;
    if (!fitting && node.platform && satisfies(*node.platform, platform)) fitting = node;
  });
  return fitting ? fitting : first;
}

std::optional<SavedImage> saved_image(const ReadStore& store, const Descriptor& root, const Platform& platform) {
  const auto image = image_for(store, root, platform);
  if (!image) return std::nullopt;
  const Manifest manifest = parse_manifest(read_blob(store, *image, max_manifest_size), image->media_type);
  if (!is_image_config(manifest.config.media_type)) return std::nullopt;
  SavedImage saved{.config = path_in_archive(manifest.config.digest)};
  for (const Descriptor& layer : manifest.layers) {
    // `copy` leaves it out, but manifest.json has no way to say where it is instead: no engine could load the archive.
    if (is_nondistributable(layer.media_type) && !store.contains(layer)) {
      throw Error{Errc::not_found, fmt::format("the layer {} is not distributable and not here", layer.digest.string())}
          .add_help("a layout or an oci-archive can be without it");
    }
    saved.layers.push_back(path_in_archive(layer.digest));
  }
  return saved;
}

/// One entry for each image, with all its tags; in the order of the roots.
std::vector<SavedImage> saved_images(const ReadStore& store, const Index& index, const Platform& platform) {
  std::vector<SavedImage> images;
  for (const NamedRoot& root : named_roots(index, NamedBy::image_name)) {
    auto image = saved_image(store, root.descriptor, platform);
    if (!image) continue;
    const auto same = std::find_if(images.begin(), images.end(), [&](const SavedImage& other) {
      return other.config == image->config && other.layers == image->layers;
    });
    SavedImage& taken = same != images.end() ? *same : images.emplace_back(std::move(*image));
    if (!root.name.empty()) taken.repo_tags.push_back(root.name);
  }
  return images;
}

/// The roots with the annotations that a reader of the archive expects, in the order of their names.
Index archive_index(Index staged, ArchiveFormat format) {
  std::sort(staged.manifests.begin(), staged.manifests.end(), [](const Descriptor& a, const Descriptor& b) {
    return std::pair{name_of(a), a.digest} < std::pair{name_of(b), b.digest};
  });
  if (format == ArchiveFormat::oci) return staged;
  for (Descriptor& root : staged.manifests) {
    const std::string name = name_of(root);
    if (name.empty()) continue;
    root.annotations[std::string{annotation::image_name}] = name;
    root.annotations[std::string{annotation::ref_name}] = tagged_reference(name).tag;
  }
  return staged;
}

FileEntry text_entry(std::string_view path, std::string content) {
  return {.path = std::string{path}, .content = std::make_shared<const std::string>(std::move(content))};
}

/// Everything under blobs/ of a layout that only this process writes to.
std::vector<FileEntry> blob_entries(const std::filesystem::path& staging) {
  std::vector<FileEntry> entries{{.path = std::string{layout_file::blobs}, .kind = EntryKind::directory, .mode = 0755}};
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator file{staging / layout_file::blobs, error}, end;
       !error && file != end; file.increment(error)) {
    if (!file->is_regular_file(error)) continue;
    entries.push_back({.path = file->path().lexically_relative(staging).native(), .source = file->path()});
  }
  if (error) throw_errno(fmt::format("reading directory {}", staging.native()), error.value());
  return entries;
}

}  // namespace

ArchiveWriter::ArchiveWriter(std::filesystem::path target, ArchiveOptions options)
    : target_{require_replaceable(std::move(target))},
      options_{std::move(options)},
      directory_{parent_of(target_)},
      staging_{directory_.path()} {}

std::optional<Descriptor> ArchiveWriter::resolve(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  return staging_.resolve(options_.format == ArchiveFormat::docker ? tagged_reference(name).string() : name);
}

void ArchiveWriter::tag(const Descriptor& root, std::string_view name) {
  if (options_.format == ArchiveFormat::oci || name.empty()) {
    staging_.tag(root, name);
  } else {
    staging_.tag(root, tagged_reference(name).string());
  }
}

void ArchiveWriter::finish() {
  const Index index = archive_index(LayoutReader{directory_.path()}.index(), options_.format);
  std::vector<FileEntry> entries = blob_entries(directory_.path());
  entries.push_back(text_entry(layout_file::marker, std::string{layout_marker}));
  entries.push_back(text_entry(layout_file::index, serialize(index)));
  if (options_.format == ArchiveFormat::docker) {
    const auto images = saved_images(staging_, index, options_.platform);
    entries.push_back(text_entry(layout_file::docker_manifest, serialize(images)));
  }
  AtomicFile file{target_};
  TarWriter tar{file};
  for (const FileEntry& entry : ordered_entries(entries)) tar.add(entry);
  tar.finish();
  file.commit();
}

}  // namespace ocibuild
