// Seeing how far uploads are.
#pragma once

#include <cstdint>
#include <functional>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Passes everything on to another store, which outlives it, and tells how much of each blob was read.
class CountedStore final : public ReadStore {
 public:
  /// The bytes since this blob was opened, from any thread. A retry opens it again, and begins at 0.
  using Told = std::function<void(const Descriptor& blob, std::uint64_t bytes)>;

  CountedStore(const ReadStore& store, Told told) : store_{store}, told_{std::move(told)} {}

  bool contains(const Descriptor& descriptor) const override { return store_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override { return store_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store_.roots(); }

 private:
  const ReadStore& store_;
  Told told_;
};

}  // namespace ocibuild
