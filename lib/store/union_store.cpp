// Several stores as one.
#include "ocibuild/store/union_store.hpp"

#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

bool UnionStore::contains(const Descriptor& descriptor) const {
  for (const ReadStore* store : stores_) {
    if (store->contains(descriptor)) return true;
  }
  return false;
}

std::unique_ptr<Source> UnionStore::open(const Descriptor& descriptor) const {
  for (const ReadStore* store : stores_) {
    if (store->contains(descriptor)) return store->open(descriptor);
  }
  // None has it whole. One that has something in its place says what is wrong with it, and where.
  for (const ReadStore* store : stores_) {
    try {
      return store->open(descriptor);
    } catch (const Error& error) {
      if (error.code() != Errc::not_found || store == stores_.back()) throw;
    }
  }
  throw Error{Errc::not_found, fmt::format("blob {} is in no store", descriptor.digest.string())};
}

std::optional<Descriptor> UnionStore::resolve(std::string_view name) const {
  for (const ReadStore* store : stores_) {
    if (auto root = store->resolve(name)) return root;
  }
  return std::nullopt;
}

std::vector<NamedRoot> UnionStore::roots() const {
  std::vector<NamedRoot> all;
  std::set<std::string> names;
  for (const ReadStore* store : stores_) {
    for (NamedRoot& root : store->roots()) {
      if (root.name.empty() || names.insert(root.name).second) all.push_back(std::move(root));
    }
  }
  return all;
}

}  // namespace ocibuild
