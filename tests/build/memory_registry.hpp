// A registry for tests, behind the door that bases come through.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/bases.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"

namespace ocibuild::testing {

/// A registry that keeps everything in memory, and what it was asked for.
struct MemoryRegistry {
  MemoryStore store;
  std::map<std::string, Descriptor> tags;  ///< by complete reference
  std::vector<std::string> asked;

  OpenBase door() {
    return [this](const Place& place) {
      asked.push_back(place.string());
      return OpenedRoot{std::make_unique<UnionStore>(std::vector<const ReadStore*>{&store}), find(place.name)};
    };
  }

  Descriptor find(const std::string& name) const {
    const std::optional<Digest> digest = Reference::parse(name).digest;
    for (const auto& [tag, root] : tags) {
      if (digest ? root.digest == *digest : tag == name) return root;
    }
    throw Error{Errc::not_found, "no such image: " + name};
  }
};

}  // namespace ocibuild::testing
