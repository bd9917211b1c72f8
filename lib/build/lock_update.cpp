// Keeping ocibuild.lock.
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"
#include "ocibuild/build/bases.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {
namespace {

std::map<std::string, WantedBase> of_registries(std::span<const WantedBase> wanted) {
  std::map<std::string, WantedBase> bases;
  for (const WantedBase& base : joined(wanted)) {
    if (base.place.kind == PlaceKind::registry) bases.emplace(base.place.name, base);
  }
  return bases;
}

std::set<std::string> chosen_keys(const LockUpdate& update, const std::map<std::string, WantedBase>& wanted) {
  std::set<std::string> keys;
  for (const std::string& text : update.references) {
    const std::string key = lock_key(text);
    if (!wanted.contains(key)) {
      std::vector<std::string> known;
      for (const auto& [name, base] : wanted) known.push_back(name);
      Error error{Errc::not_found, fmt::format("nothing in the workspace has the base {}", key)};
      if (!known.empty()) error.add_help(fmt::format("did you mean `{}`?", nearest(key, known)));
      throw std::move(error);
    }
    keys.insert(key);
  }
  return keys;
}

LockChange look_up(const WantedBase& wanted, std::optional<LockedBase> before, const OpenBase& open) {
  LockedBase after = locked_base(*open_base(wanted, open));
  const LockState state = !before ? LockState::added : *before == after ? LockState::unchanged : LockState::changed;
  return {.reference = wanted.place.name, .state = state, .before = std::move(before), .after = std::move(after)};
}

}  // namespace

std::string_view to_string(LockState state) noexcept {
  switch (state) {
    case LockState::unchanged: return "unchanged";
    case LockState::added: return "added";
    case LockState::changed: return "changed";
    case LockState::removed: return "removed";
  }
  return "unknown";
}

std::vector<LockChange> update_lock(std::span<const WantedBase> wanted, const Lock& lock, const LockUpdate& update,
                                    const OpenBase& open) {
  const std::map<std::string, WantedBase> bases = of_registries(wanted);
  const std::set<std::string> chosen = chosen_keys(update, bases);
  std::map<std::string, LockChange> changes;
  for (const auto& [key, base] : bases) {
    const auto entry = lock.find(key);
    const std::optional<LockedBase> before = entry == lock.end() ? std::nullopt : std::optional{entry->second};
    const std::optional<Digest> named = Reference::parse(key).digest;
    const bool holds = before && (!named || *named == before->digest);
    changes[key] = holds && !update.all && !chosen.contains(key)
                       ? LockChange{.reference = key, .state = LockState::unchanged, .before = before, .after = before}
                       : look_up(base, before, open);
  }
  for (const auto& [key, entry] : lock) {
    if (bases.contains(key)) continue;
    changes[key] = {.reference = key, .state = LockState::removed, .before = entry, .after = std::nullopt};
  }
  std::vector<LockChange> ordered;
  for (auto& [key, change] : changes) ordered.push_back(std::move(change));
  return ordered;
}

Lock apply(std::span<const LockChange> changes) {
  Lock lock;
  for (const LockChange& change : changes) {
    if (change.after) lock.emplace(change.reference, *change.after);
  }
  return lock;
}

}  // namespace ocibuild
