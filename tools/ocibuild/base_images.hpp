// Base images on the command line: opening them, pinning them, and handing on their layers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "network.hpp"
#include "ocibuild/build/plan.hpp"
#include "ocibuild/store/union_store.hpp"
#include "publishing.hpp"
#include "session_cache.hpp"

namespace ocibuild {

/// What `--help` says about what a base can be.
inline constexpr const char* base_help = "A base is scratch or a PLACE; what of it is read is kept in the cache.";

/// The same for workspaces.
inline constexpr const char* bases_help =
    "A base is scratch or a PLACE. References are pinned by digest in ocibuild.lock, which the\n"
    "first build writes and `ocibuild lock` keeps.";

/// The door through which commands open bases. What is read of a registry is kept in the cache, if there is one. Both
/// outlive what is opened.
OpenBase base_door(Network& network, BlobCache* cache);

/// Opens the bases of a plan, shown while they are looked up; writes ocibuild.lock when there is something new in it,
/// and says so. Throws as open_bases and write_lock.
Bases open_shown_bases(const Plan& plan, LockPolicy policy, const OpenBase& door, Session& session, Progress& progress);

/// The base that a command names; null for `scratch`. Throws as Place::parse and open_base.
std::shared_ptr<const Base> open_named_base(const std::string& text, const std::vector<Platform>& platforms,
                                            const OpenBase& door, Progress& progress);

/// A store together with those of the bases, so that images in it are whole. All outlive the result.
UnionStore with_bases(const Store& store, const Bases& bases);

/// Begins to send the layers of bases to where the images of a plan go.
void stage_bases(const Plan& plan, const Bases& bases, Publisher& publisher);

/// For each layer of a base the repository it comes from, which it may be mounted from.
FindSources base_sources(const Bases& bases);

}  // namespace ocibuild
