// Opening bases, by lock file or by name.
#include "ocibuild/build/bases.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view lock_help = "run `ocibuild lock --update` and commit ocibuild.lock";

// image-spec, annotations.md: base.name has a registry and no digest, where there is a tag to say instead.
std::string annotated_name(const Place& place) {
  if (place.kind != PlaceKind::registry) return {};
  Reference reference = Reference::parse(place.name);
  if (!reference.tag.empty()) reference.digest.reset();
  return reference.string();
}

std::optional<Digest> named_digest(const Place& place) {
  if (place.kind != PlaceKind::registry) return std::nullopt;
  return Reference::parse(place.name).digest;
}

Place with_digest(Place place, const Digest& digest) {
  Reference reference = Reference::parse(place.name);
  reference.digest = digest;
  place.name = reference.string();
  return place;
}

// The root was the right one, so these follow from it; a lock file that says another was not written by us.
void require_same_platforms(const LockedBase& found, const LockedBase& locked) {
  for (const auto& [platform, digest] : locked.platforms) {
    const auto same = found.platforms.find(platform);
    if (same == found.platforms.end() || same->second == digest) continue;
    throw Error{Errc::digest_mismatch, fmt::format("its image for {} is {}, ocibuild.lock says {}", platform,
                                                   same->second.string(), digest.string())}
        .add_help(std::string{lock_help});
  }
}

bool contradicts(const LockedBase& locked, const Place& place) {
  const std::optional<Digest> named = named_digest(place);
  return named && *named != locked.digest;
}

Error must_not_change(const std::string& key, std::string_view problem) {
  return Error{Errc::invalid_document, fmt::format("base {}: ocibuild.lock {}, and must not change here", key, problem)}
      .add_help(std::string{lock_help});
}

// One base of a registry. Leaves in `opened` what the lock file shall say.
void open_locked(const WantedBase& wanted, LockPolicy policy, const OpenBase& open, OpenedBases& opened) {
  const std::string& key = wanted.place.name;
  const auto entry = opened.lock.find(key);
  const bool known = entry != opened.lock.end();
  const bool pinned = known && !contradicts(entry->second, wanted.place);
  const WantedBase asked{pinned ? with_digest(wanted.place, entry->second.digest) : wanted.place, wanted.platforms};
  auto base = open_base(asked, open);
  LockedBase found = locked_base(*base);
  if (pinned) require_same_platforms(found, entry->second);
  if (!known || found != entry->second) {
    if (policy == LockPolicy::locked) throw must_not_change(key, "has an entry with other platforms for it");
    opened.notes.push_back(fmt::format("ocibuild.lock {} base {} at {}: commit it, so that later builds take the same",
                                       known ? "now has" : "has the new", key, found.digest.string()));
    opened.lock.insert_or_assign(key, std::move(found));
  }
  opened.bases.emplace(wanted.place.string(), std::move(base));
}

}  // namespace

std::shared_ptr<const Base> open_base(const WantedBase& wanted, const OpenBase& open) {
  return with_context(fmt::format("base {}", wanted.place.string()), [&] {
    OpenedRoot opened = open(wanted.place);
    const std::optional<Digest> named = named_digest(wanted.place);
    if (named && *named != opened.root.digest) {
      throw Error{Errc::digest_mismatch,
                  fmt::format("asked for {}, got {}", named->string(), opened.root.digest.string())};
    }
    return std::make_shared<const Base>(
        resolve_base(std::move(opened.store), opened.root, wanted.platforms, annotated_name(wanted.place)));
  });
}

std::vector<WantedBase> joined(std::span<const WantedBase> wanted) {
  std::map<std::string, WantedBase> by_place;
  for (const WantedBase& base : wanted) {
    std::vector<Platform>& platforms =
        by_place.try_emplace(base.place.string(), WantedBase{base.place, {}}).first->second.platforms;
    for (const Platform& platform : base.platforms) {
      if (std::ranges::find(platforms, platform) == platforms.end()) platforms.push_back(platform);
    }
  }
  std::vector<WantedBase> all;
  for (auto& [place, base] : by_place) all.push_back(std::move(base));
  return all;
}

void require_locked(std::span<const WantedBase> wanted, const Lock& lock) {
  for (const WantedBase& base : joined(wanted)) {
    if (base.place.kind != PlaceKind::registry) continue;
    const auto entry = lock.find(base.place.name);
    if (entry == lock.end()) throw must_not_change(base.place.name, "has no entry for it");
    if (contradicts(entry->second, base.place)) {
      throw must_not_change(base.place.name, "has an entry of another digest for it");
    }
  }
}

OpenedBases open_bases(std::span<const WantedBase> wanted, const Lock& lock, LockPolicy policy, const OpenBase& open) {
  if (policy == LockPolicy::locked) require_locked(wanted, lock);
  OpenedBases opened{.bases = {}, .lock = lock, .notes = {}};
  for (const WantedBase& base : joined(wanted)) {
    if (base.place.kind == PlaceKind::registry) {
      open_locked(base, policy, open, opened);
    } else {
      opened.bases.emplace(base.place.string(), open_base(base, open));
    }
  }
  return opened;
}

}  // namespace ocibuild
