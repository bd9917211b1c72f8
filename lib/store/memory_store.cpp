// The store in memory.
#include "ocibuild/store/memory_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "store/root_names.hpp"
#include "store/shared_source.hpp"

namespace ocibuild {

std::shared_ptr<const std::string> MemoryStore::find(const Descriptor& descriptor) const {
  const std::lock_guard lock{mutex_};
  const auto blob = blobs_.find(descriptor.digest);
  return blob == blobs_.end() ? nullptr : blob->second;
}

bool MemoryStore::contains(const Descriptor& descriptor) const {
  const auto content = find(descriptor);
  return content && content->size() == descriptor.size;
}

std::unique_ptr<Source> MemoryStore::open(const Descriptor& descriptor) const {
  auto content = find(descriptor);
  if (!content) throw Error{Errc::not_found, fmt::format("blob {} is not in memory", descriptor.digest.string())};
  return std::make_unique<VerifyingSource>(std::make_unique<SharedSource>(std::move(content)), descriptor);
}

std::optional<Descriptor> MemoryStore::resolve(std::string_view name) const {
  const std::lock_guard lock{mutex_};
  const auto root = names_.find(name);
  if (root == names_.end()) return std::nullopt;
  return root->second;
}

std::vector<NamedRoot> MemoryStore::roots() const {
  const std::lock_guard lock{mutex_};
  std::vector<NamedRoot> roots;
  for (const auto& [name, descriptor] : names_) roots.push_back({name, descriptor});
  for (const Descriptor& descriptor : unnamed_) roots.push_back({"", descriptor});
  return roots;
}

void MemoryStore::keep(const Descriptor& descriptor, std::string content) {
  auto shared = std::make_shared<const std::string>(std::move(content));
  const std::lock_guard lock{mutex_};
  blobs_.insert_or_assign(descriptor.digest, std::move(shared));
}

void MemoryStore::put(const Blob& blob) {
  if (contains(blob.descriptor)) return;
  VerifyingSource source{blob.open(), blob.descriptor};
  MemorySink sink;
  transfer(source, sink);
  keep(blob.descriptor, sink.take());
}

Descriptor MemoryStore::add(const std::function<Descriptor(Sink&)>& write) {
  MemorySink sink;
  const Descriptor descriptor = write(sink);
  VerifyingSource check{std::make_unique<ViewSource>(as_bytes(sink.content())), descriptor};
  CountingSink nowhere;
  transfer(check, nowhere);
  keep(descriptor, sink.take());
  return descriptor;
}

void MemoryStore::tag(const Descriptor& root, std::string_view name) {
  require_root(*this, root);
  if (!name.empty()) require_root_name(name);
  Descriptor unmarked = without_names(root);
  const std::lock_guard lock{mutex_};
  if (!name.empty()) {
    names_.insert_or_assign(std::string{name}, std::move(unmarked));
  } else if (std::find(unnamed_.begin(), unnamed_.end(), unmarked) == unnamed_.end()) {
    unnamed_.push_back(std::move(unmarked));
  }
}

}  // namespace ocibuild
