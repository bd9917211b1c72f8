// Reading archives: an OCI layout in a tar, or the images that manifest.json of `docker save` lists.
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/store/archive.hpp"
#include "ocibuild/store/graph.hpp"
#include "store/docker_save.hpp"
#include "store/layout_files.hpp"
#include "store/located_source.hpp"
#include "store/root_names.hpp"
#include "store/shared_source.hpp"
#include "store/tar_file.hpp"

namespace ocibuild {
namespace {

NamedBy named_by(ArchiveFormat format) {
  return format == ArchiveFormat::docker ? NamedBy::image_name : NamedBy::ref_name;
}

/// The digest that a file `blobs/ALGORITHM/ENCODED` claims to have; nothing for other files.
std::optional<Digest> digest_of_path(std::string_view path) {
  const std::string prefix = fmt::format("{}/", layout_file::blobs);
  if (!path.starts_with(prefix)) return std::nullopt;
  std::string text{path.substr(prefix.size())};
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  text[slash] = ':';
  try {
    return Digest::parse(text);
  } catch (const Error&) {
    return std::nullopt;  // not a blob; image-spec allows other files
  }
}

Digest digest_of(Source& content) {
  CountingSink nowhere;
  HashingSink hashing{nowhere};
  transfer(content, hashing);
  return hashing.digest();
}

std::string_view layer_media_type(Source& content) {
  std::string begin(4, '\0');
  begin.resize(read_fully(content, std::as_writable_bytes(std::span{begin})));
  if (begin.starts_with("\x1f\x8b\x08")) return media_type::layer_gzip;
  if (begin == "\x28\xb5\x2f\xfd") return media_type::layer_zstd;
  return media_type::layer_tar;
}

}  // namespace

ArchiveReader::ArchiveReader(const std::filesystem::path& file, ArchiveFormat format)
    : tar_{std::make_unique<TarFile>(file)}, format_{format} {
  with_context(file.native(), [&] {
    const bool has_saved_images = format_ == ArchiveFormat::docker && tar_->contains(layout_file::docker_manifest);
    if (tar_->contains(layout_file::marker)) {
      take_layout();
      if (!has_saved_images || has_all_documents()) return;
      index_.manifests.clear();
    }
    if (has_saved_images) return take_saved_images();
    Error error{Errc::invalid_document,
                fmt::format("not an archive of images: it contains no {}", layout_file::marker)};
    if (tar_->contains(layout_file::docker_manifest)) {
      error.add_help(fmt::format("it was written by `docker save`; read it as docker-archive:{}", file.native()));
    }
    throw std::move(error);
  });
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::take_layout() {
  require_layout_marker(tar_->read(layout_file::marker, max_marker_size));
  index_ = parse_index(tar_->read(layout_file::index, max_manifest_size));
  for (const auto& [path, extent] : tar_->files()) {
    if (auto digest = digest_of_path(path)) blobs_.try_emplace(std::move(*digest), extent.size, path);
  }
}

/// `docker save` of an engine with containerd's store keeps the index of the registry, with every platform in it, over
/// the documents of those that were pulled.
bool ArchiveReader::has_all_documents() const {
  try {
    for (const Descriptor& root : index_.manifests) walk(*this, root, [](const Descriptor&, std::string_view) {});
  } catch (const Error& error) {
    return error.code() != Errc::not_found;  // what is wrong otherwise is for whoever reads it
  }
  return true;
}

Descriptor ArchiveReader::take_saved_layer(const std::string& name, const Digest& diff_id) {
  const std::string_view media_type = layer_media_type(*tar_->open(name));
  // What is not compressed has its diff_id as digest, proven when it is read; what is compressed must be read to know.
  Digest digest = media_type == media_type::layer_tar ? diff_id : digest_of(*tar_->open(name));
  const std::uint64_t size = tar_->files().find(name)->second.size;
  Descriptor layer{.media_type = std::string{media_type}, .digest = std::move(digest), .size = size};
  blobs_.try_emplace(layer.digest, size, name);
  return layer;
}

void ArchiveReader::take_saved_images() {
  const auto keep = [this](std::string_view media_type, std::string content) {
    Descriptor descriptor = describe(media_type, content);
    auto shared = std::make_shared<const std::string>(std::move(content));
    blobs_.try_emplace(descriptor.digest, descriptor.size, std::move(shared));
    return descriptor;
  };
  for (const SavedImage& image : parse_saved_images(tar_->read(layout_file::docker_manifest, max_saved_images_size))) {
    std::string document = tar_->read(image.config, max_manifest_size);
    const Config config = with_context(image.config, [&] { return parse_config(document); });
    if (config.diff_ids.size() != image.layers.size()) {
      throw Error{Errc::invalid_document,
                  fmt::format("{} layers in {}, but {} diff_ids in {}", image.layers.size(),
                              layout_file::docker_manifest, config.diff_ids.size(), image.config)};
    }
    Manifest manifest{.config = keep(media_type::config, std::move(document))};
    for (std::size_t i = 0; i < image.layers.size(); ++i) {
      manifest.layers.push_back(take_saved_layer(image.layers[i], config.diff_ids[i]));
    }
    Descriptor root = keep(manifest.media_type, serialize(manifest));
    if (image.repo_tags.empty()) index_.manifests.push_back(root);
    for (const std::string& tag : image.repo_tags) {
      root.annotations[std::string{annotation::image_name}] = tagged_reference(tag).string();
      index_.manifests.push_back(root);
    }
  }
}

bool ArchiveReader::contains(const Descriptor& descriptor) const {
  const auto blob = blobs_.find(descriptor.digest);
  return blob != blobs_.end() && blob->second.first == descriptor.size;
}

std::unique_ptr<Source> ArchiveReader::open(const Descriptor& descriptor) const {
  const std::string& archive = tar_->path().native();
  const auto blob = blobs_.find(descriptor.digest);
  if (blob == blobs_.end()) {
    throw Error{Errc::not_found, fmt::format("blob {} is not in {}", descriptor.digest.string(), archive)};
  }
  const Content& content = blob->second.second;
  if (const auto* bytes = std::get_if<std::shared_ptr<const std::string>>(&content)) {
    return std::make_unique<LocatedSource>(archive, std::make_unique<SharedSource>(*bytes), descriptor);
  }
  const std::string& path = std::get<std::string>(content);
  return std::make_unique<LocatedSource>(fmt::format("{}: {}", archive, path), tar_->open(path), descriptor);
}

std::optional<Descriptor> ArchiveReader::resolve(std::string_view name) const {
  return find_root(index_, name, named_by(format_));
}

std::vector<NamedRoot> ArchiveReader::roots() const {
  return named_roots(index_, named_by(format_));
}

}  // namespace ocibuild
