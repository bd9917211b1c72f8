// Blobs, manifests and tags of one repository.
#include "ocibuild/registry/registry_store.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "registry/download.hpp"
#include "registry/manifests.hpp"
#include "registry/referrers.hpp"
#include "registry/upload.hpp"

namespace ocibuild {
namespace {

bool is_document(const Descriptor& descriptor) {
  return node_kind(descriptor.media_type) != NodeKind::blob;
}

/// The subject of a manifest or index, if it has one, and its entry in the subject's list of referrers.
struct Subject {
  Digest digest;
  Descriptor entry;
};

std::optional<Subject> subject_of(const Descriptor& descriptor, const std::string& bytes) {
  const auto subject = [&](const auto& document, std::string artifact_type) -> std::optional<Subject> {
    if (!document.subject) return {};
    Descriptor entry{.media_type = descriptor.media_type, .digest = descriptor.digest, .size = descriptor.size};
    entry.artifact_type = std::move(artifact_type);
    entry.annotations = document.annotations;
    return Subject{document.subject->digest, std::move(entry)};
  };
  if (node_kind(descriptor.media_type) == NodeKind::index) {
    const Index index = parse_index(bytes, descriptor.media_type);
    return subject(index, index.artifact_type);
  }
  const Manifest manifest = parse_manifest(bytes, descriptor.media_type);
  return subject(manifest, manifest.artifact_type.empty() ? manifest.config.media_type : manifest.artifact_type);
}

}  // namespace

RegistryStore::RegistryStore(RegistryClient& client, const std::string& registry, std::string repository, Access access)
    : client_{client}, repository_{new Repository{client.exchange().host(registry), std::move(repository), access}} {}

RegistryStore::~RegistryStore() = default;

bool RegistryStore::is_known(const Descriptor& descriptor) const {
  const std::lock_guard lock{mutex_};
  const auto found = present_.find(descriptor.digest);
  return found != present_.end() && found->second == descriptor.size;
}

bool RegistryStore::is_doubted(const Descriptor& descriptor) const {
  const std::lock_guard lock{mutex_};
  return doubted_.contains(descriptor.digest);
}

void RegistryStore::remember(const Descriptor& descriptor) const {
  const std::lock_guard lock{mutex_};
  present_[descriptor.digest] = descriptor.size;
}

void RegistryStore::forget(const Descriptor& descriptor) {
  const std::lock_guard lock{mutex_};
  present_.erase(descriptor.digest);
  doubted_.insert(descriptor.digest);
}

bool RegistryStore::contains(const Descriptor& descriptor) const {
  if (is_known(descriptor)) return true;
  const bool found = is_document(descriptor) ? has_manifest(client_.exchange(), *repository_, descriptor)
                                             : has_blob(client_.exchange(), *repository_, descriptor);
  if (found) remember(descriptor);
  return found;
}

std::unique_ptr<Source> RegistryStore::open(const Descriptor& descriptor) const {
  if (is_document(descriptor)) {
    std::string bytes = fetch_manifest(client_.exchange(), *repository_, descriptor);
    return std::make_unique<VerifyingSource>(std::make_unique<MemorySource>(std::move(bytes)), descriptor);
  }
  return std::make_unique<VerifyingSource>(download(client_.exchange(), *repository_, descriptor), descriptor);
}

std::optional<Descriptor> RegistryStore::resolve(std::string_view tag_or_digest) const {
  const std::string name{tag_or_digest};
  if (name.find(':') == std::string::npos) {
    if (!is_tag(name)) return {};
    return find_manifest(client_.exchange(), *repository_, name);
  }
  const Digest digest = Digest::parse(name);
  const auto found = find_manifest(client_.exchange(), *repository_, digest.string());
  if (found && found->digest != digest) {
    throw Error{Errc::digest_mismatch,
                fmt::format("asked for {}, the registry answers with {}", digest.string(), found->digest.string())};
  }
  return found;
}

std::optional<Descriptor> RegistryStore::resolve_replaced(const std::string& tag) const {
  return find_replaced(client_.exchange(), *repository_, tag);
}

std::vector<NamedRoot> RegistryStore::roots() const {
  throw Error{Errc::unsupported, "a registry does not list what it has"}.add_help("name a tag or a digest");
}

void RegistryStore::put(const Blob& blob) {
  place(blob);
}

BlobOutcome RegistryStore::place(const Blob& blob, const std::vector<std::string>& sources) {
  if (is_known(blob.descriptor)) return BlobOutcome::present;
  const ToStorage to_storage = is_doubted(blob.descriptor) ? ToStorage::may_be_there : ToStorage::is_there;
  const BlobOutcome outcome = is_document(blob.descriptor)
                                  ? place_manifest(blob)
                                  : place_blob(client_.exchange(), *repository_, blob, sources, to_storage);
  remember(blob.descriptor);
  return outcome;
}

BlobOutcome RegistryStore::place_manifest(const Blob& blob) {
  Exchange& exchange = client_.exchange();
  const bool present = is_manifest_there(exchange, *repository_, blob.descriptor);
  VerifyingSource source{blob.open(), blob.descriptor};
  const std::string bytes = read_all(source, max_manifest_size);
  const auto subject = subject_of(blob.descriptor, bytes);
  const bool entered =
      present || put_manifest(exchange, *repository_, blob.descriptor, bytes, blob.descriptor.digest.string());
  // Some registries answer with OCI-Subject and have no list all the same. And what is present may have been put by
  // somebody who was stopped before its entry.
  if (subject && !(entered && has_referrers_api(exchange, *repository_))) {
    enter_referrer(exchange, *repository_, subject->digest, subject->entry);
  }
  const std::lock_guard lock{mutex_};
  documents_[blob.descriptor.digest] = bytes;
  return present ? BlobOutcome::present : BlobOutcome::uploaded;
}

std::string RegistryStore::document(const Descriptor& root) const {
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = documents_.find(root.digest); found != documents_.end()) return found->second;
  }
  return fetch_manifest(client_.exchange(), *repository_, root);
}

Descriptor RegistryStore::add(const std::function<Descriptor(Sink&)>& write) {
  const TempDir directory{temporary_directory()};
  const std::filesystem::path path = directory.path() / "blob";
  AtomicFile file{path};
  const Descriptor descriptor = write(file);
  file.commit();
  put({.descriptor = descriptor, .open = [&]() -> std::unique_ptr<Source> {
         return std::make_unique<VerifyingSource>(std::make_unique<FileSource>(path), descriptor);
       }});
  return descriptor;
}

void RegistryStore::tag(const Descriptor& root, std::string_view name) {
  if (!is_tag(name)) throw Error{Errc::invalid_argument, fmt::format("`{}` is not a tag", name)};
  if (!contains(root)) {
    throw Error{Errc::not_found, fmt::format("{} is not in the repository", root.digest.string())};
  }
  put_manifest(client_.exchange(), *repository_, root, document(root), std::string{name});
}

}  // namespace ocibuild
