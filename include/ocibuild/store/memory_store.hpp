// A store in memory: for tests, and for assembling small things.
#pragma once

#include <map>
#include <mutex>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Keeps everything until it is destroyed. Sources it opened stay valid after that.
class MemoryStore final : public Store {
 public:
  bool contains(const Descriptor& descriptor) const override;
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override;

  /// Named roots by name, then those without a name in the order they were given.
  std::vector<NamedRoot> roots() const override;

  void put(const Blob& blob) override;
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override;
  void tag(const Descriptor& root, std::string_view name) override;

 private:
  std::shared_ptr<const std::string> find(const Descriptor& descriptor) const;
  void keep(const Descriptor& descriptor, std::string content);

  mutable std::mutex mutex_;
  std::map<Digest, std::shared_ptr<const std::string>> blobs_;
  std::map<std::string, Descriptor, std::less<>> names_;
  std::vector<Descriptor> unnamed_;
};

}  // namespace ocibuild
