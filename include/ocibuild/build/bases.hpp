// The bases of a workspace: opening them, by the digests of ocibuild.lock, and keeping that file.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ocibuild/build/base.hpp"
#include "ocibuild/build/lock.hpp"
#include "ocibuild/store/place.hpp"

namespace ocibuild {

/// Door to the world: opens a place and finds its root. A registry reference is complete, and when it has a digest the
/// root is what that digest names. open_for_reading is one.
using OpenBase = std::function<OpenedRoot(const Place&)>;

/// A base that is asked for, and the platforms it is asked for.
struct WantedBase {
  Place place;  ///< a registry reference is complete, as lock_key; the path of a file is as it can be opened
  std::vector<Platform> platforms;

  friend bool operator==(const WantedBase&, const WantedBase&) = default;
};

/// Bases by Place::string().
using Bases = std::map<std::string, std::shared_ptr<const Base>>;

/// What to do about bases that the lock file says nothing, or not the same, about.
enum class LockPolicy {
  complete,  ///< look them up and write them down
  locked,    ///< refuse them
};

/// Bases that were opened, and what there is to say about it.
struct OpenedBases {
  Bases bases;
  Lock lock;                       ///< what the lock file shall be: entries of other bases stay as they are
  std::vector<std::string> notes;  ///< what is new in it
};

/// Opens one base as it is named, without a lock file. Throws Error{digest_mismatch} with both digests when another
/// root comes than the reference names, and as `open` and resolve_base.
std::shared_ptr<const Base> open_base(const WantedBase& wanted, const OpenBase& open);

/// Joins what is wanted of each place, in the order of Place::string().
std::vector<WantedBase> joined(std::span<const WantedBase> wanted);

/// Throws Error{invalid_document}, with the command that mends it, when `lock` has no entry for a base of a registry,
/// or one of another digest than the reference itself has.
void require_locked(std::span<const WantedBase> wanted, const Lock& lock);

/// Opens bases, those of registries by the digests that `lock` has for them. Layouts and archives are files of this
/// machine and never in a lock file.
///
/// Throws Error{digest_mismatch} with both digests when a root, or the image for a platform, is not the one that was
/// locked; under `locked` as require_locked, before anything is opened, and for an entry with other platforms than the
/// base has; and as open_base.
OpenedBases open_bases(std::span<const WantedBase> wanted, const Lock& lock, LockPolicy policy, const OpenBase& open);

/// How an entry of the lock file compares with what its reference is now.
enum class LockState {
  unchanged,
  added,
  changed,  ///< the tag names something else now, or somebody edited the entry
  removed,  ///< nothing wants it
};

/// The enumerator's name.
std::string_view to_string(LockState state) noexcept;

/// One entry, before and after.
struct LockChange {
  std::string reference;
  LockState state = LockState::unchanged;
  std::optional<LockedBase> before;
  std::optional<LockedBase> after;
};

/// Which entries are looked up again; those that are missing always are.
struct LockUpdate {
  bool all = false;
  std::vector<std::string> references;  ///< these, in whatever spelling; each must be wanted
};

/// Compares `lock` with what the wanted bases of registries are now: one change for each of them and for each entry
/// that nothing wants, by reference. Throws Error{not_found} for a reference that is not wanted, and as open_base.
std::vector<LockChange> update_lock(std::span<const WantedBase> wanted, const Lock& lock, const LockUpdate& update,
                                    const OpenBase& open);

/// The lock file after these changes.
Lock apply(std::span<const LockChange> changes);

}  // namespace ocibuild
