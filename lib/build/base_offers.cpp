// Walking the indexes of a base.
#include "build/base_offers.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr int max_depth = 8;                // as walk
constexpr std::size_t max_documents = 256;  // each may be a request; the largest official images have 20 platforms
constexpr std::size_t max_bytes = 32 << 20;
constexpr std::string_view reference_type = "vnd.docker.reference.type";  // BuildKit: attestation-manifest

// Manifests that are listed beside the images, but are none: signatures, SBOMs, provenance.
bool is_beside_images(const Descriptor& entry) {
  const bool unknown = entry.platform && entry.platform->os == "unknown" && entry.platform->architecture == "unknown";
  return unknown || !entry.artifact_type.empty() || entry.annotations.contains(std::string{reference_type});
}

}  // namespace

void BaseOffers::add(const Descriptor& root) {
  switch (node_kind(root.media_type)) {
    case NodeKind::index: return add_index(root, 1);
    case NodeKind::manifest: return add_manifest(root);
    case NodeKind::blob: break;
  }
  throw Error{Errc::unsupported, fmt::format("{} is of type {}, which is neither an image nor an index",
                                             root.digest.string(), root.media_type)};
}

void BaseOffers::add_index(const Descriptor& index, int depth) {
  if (depth > max_depth) {
    throw Error{Errc::invalid_document,
                fmt::format("{} is nested deeper than {} levels", index.digest.string(), max_depth)};
  }
  if (documents_.contains(index.digest)) return;  // indexes that list each other's entries again and again end here
  const Index parsed =
      with_context(index.digest.string(), [&] { return parse_index(document(index), index.media_type); });
  for (const Descriptor& entry : parsed.manifests) {
    if (is_beside_images(entry)) continue;
    if (node_kind(entry.media_type) == NodeKind::index) add_index(entry, depth + 1);
    const bool is_manifest = node_kind(entry.media_type) == NodeKind::manifest;
    if (is_manifest && (entry.platform || is_image(entry))) add_manifest(entry);
  }
}

void BaseOffers::add_manifest(const Descriptor& manifest) {
  const Platform platform = manifest.platform ? *manifest.platform : read(manifest).config.platform;
  offers_.push_back({.platform = platform, .manifest = manifest});
}

Manifest BaseOffers::read_manifest(const Descriptor& manifest) {
  return with_context(manifest.digest.string(),
                      [&] { return parse_manifest(document(manifest), manifest.media_type); });
}

bool BaseOffers::is_image(const Descriptor& manifest) {
  return is_image_config(read_manifest(manifest).config.media_type);
}

BaseDocuments BaseOffers::read(const Descriptor& manifest) {
  Manifest parsed = read_manifest(manifest);
  if (!is_image_config(parsed.config.media_type)) {
    throw Error{Errc::unsupported, fmt::format("{} is no image: its config is of type {}", manifest.digest.string(),
                                               parsed.config.media_type)};
  }
  Config config = with_context(parsed.config.digest.string(), [&] { return parse_config(document(parsed.config)); });
  return {.manifest = std::move(parsed), .config = std::move(config)};
}

const std::string& BaseOffers::document(const Descriptor& descriptor) {
  const auto known = documents_.find(descriptor.digest);
  if (known != documents_.end() && known->second.size() == descriptor.size) return known->second;
  std::string content = read_blob(store_, descriptor, max_manifest_size);
  bytes_ += content.size();
  if (documents_.size() == max_documents || bytes_ > max_bytes) {
    throw Error{Errc::invalid_document,
                fmt::format("more than {} documents or {} bytes would have to be read", max_documents, max_bytes)};
  }
  return documents_.insert_or_assign(descriptor.digest, std::move(content)).first->second;
}

}  // namespace ocibuild
