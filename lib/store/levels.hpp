// The graph below a root in the order in which it can be put.
#pragma once

#include <vector>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// Nodes by height: blobs are at 0, a node is one above its highest child; each digest once. Throws as `walk`.
std::vector<std::vector<Descriptor>> levels_of(const ReadStore& from, const Descriptor& root);

}  // namespace ocibuild
