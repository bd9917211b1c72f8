// Several stores read as one: a freshly built graph over the base image it stands on.
#pragma once

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Asks its stores in order; the first that contains a blob, or knows a name, answers.
class UnionStore final : public ReadStore {
 public:
  /// The stores live longer than this object.
  explicit UnionStore(std::vector<const ReadStore*> stores) : stores_{std::move(stores)} {}

  bool contains(const Descriptor& descriptor) const override;

  /// What no store contains is opened where it is in another size or is no regular file, to fail as it does there.
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override;
  std::optional<Descriptor> resolve(std::string_view name) const override;

  /// The roots of all stores in order; of several with one name only the first, as `resolve` has it.
  std::vector<NamedRoot> roots() const override;

 private:
  std::vector<const ReadStore*> stores_;
};

}  // namespace ocibuild
