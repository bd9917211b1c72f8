// What shards left in the registry, found by their tags.
#pragma once

#include <vector>

#include "network.hpp"
#include "ocibuild/build/plan.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// The digests of each of `count` shards of the plan. Throws Error{not_found} when an image of the plan is in none of
/// them, {invalid_document} without a revision, which the tags are named by.
std::vector<ImageDigests> shard_digests(const Plan& plan, unsigned count, Network& network);

}  // namespace ocibuild
