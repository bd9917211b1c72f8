// What an entry of a foreign tar means, and what is wrong with it.
#include "layer/tar_inspector.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view aufs_prefix = ".wh..wh.";
constexpr std::string_view opaque_name = ".wh..wh..opq";

void add_flaw(TarEntry& entry, TarFlaw flaw) {
  const auto place = std::ranges::lower_bound(entry.flaws, flaw);
  if (place == entry.flaws.end() || *place != flaw) entry.flaws.insert(place, flaw);
}

/// The one spelling of `path`; nothing when it contains `..`.
std::optional<std::string> spelled(std::string_view path) {
  const auto components = path_components(path);
  if (std::ranges::find(components, "..") != components.end()) return std::nullopt;
  return join_components(components);
}

std::string below(std::string_view parent, std::string_view name) {
  return parent.empty() ? std::string{name} : fmt::format("{}/{}", parent, name);
}

/// Turns an entry with the name of a whiteout into what it means.
void recognise_whiteout(TarEntry& entry) {
  const std::string name{base_name(entry.path)};
  if (!name.starts_with(whiteout_prefix)) return;
  if (entry.kind != TarKind::file && !name.starts_with(aufs_prefix)) return add_flaw(entry, TarFlaw::invalid_whiteout);
  const std::string parent{parent_path(entry.path)};
  if (name == whiteout_prefix) {
    add_flaw(entry, TarFlaw::invalid_whiteout);
  } else if (name == opaque_name) {
    entry.kind = TarKind::opaque;
    entry.path = parent;
  } else if (name.starts_with(aufs_prefix)) {
    entry.kind = TarKind::ignored_whiteout;
  } else {
    entry.kind = TarKind::whiteout;
    entry.path = below(parent, std::string_view{name}.substr(whiteout_prefix.size()));
  }
}

}  // namespace

void TarInspector::inspect(TarEntry& entry) {
  bound(entry);
  if (!is_utf8(entry.path) || !is_utf8(entry.link)) add_flaw(entry, TarFlaw::not_utf8);
  if (entry.path.starts_with('/')) add_flaw(entry, TarFlaw::absolute_path);
  if (entry.kind == TarKind::hardlink) inspect_hardlink(entry);
  if (auto path = spelled(entry.path)) {
    entry.path = std::move(*path);
    note_place(entry);
    recognise_whiteout(entry);
  } else {
    add_flaw(entry, TarFlaw::leaves_root);
  }
}

void TarInspector::bound(const TarEntry& entry) {
  if (++entries_ > limits_.entries) {
    throw Error{Errc::invalid_document, fmt::format("tar has more than {} entries, the limit here", limits_.entries)};
  }
  if (const std::size_t length = std::max(entry.path.size(), entry.link.size()); length > limits_.path) {
    throw Error{Errc::invalid_document,
                fmt::format("tar has a path or link of {} bytes, the limit is {}", length, limits_.path)};
  }
}

TarInspector::Place& TarInspector::remember(std::string path, Place place) {
  path_bytes_ += path.size();
  if (path_bytes_ > limits_.paths) {
    throw Error{Errc::invalid_document,
                fmt::format("paths in tar have more than {} bytes, the limit here", limits_.paths)};
  }
  return places_.emplace(std::move(path), place).first->second;
}

/// Also remembers the parents that no entry has named. Above the first one that is known everything was seen before.
bool TarInspector::parents_are_directories(const std::string& path) {
  for (std::string_view parent = parent_path(path); !parent.empty(); parent = parent_path(parent)) {
    const auto known = places_.find(parent);
    if (known != places_.end()) return known->second.kind == TarKind::directory;
    remember(std::string{parent}, {.kind = TarKind::directory, .implied = true});
  }
  return true;
}

void TarInspector::note_place(TarEntry& entry) {
  if (!parents_are_directories(entry.path)) add_flaw(entry, TarFlaw::parent_not_directory);
  const auto known = places_.find(entry.path);
  if (known == places_.end()) {
    remember(entry.path, {.kind = entry.kind, .implied = false});
    return;
  }
  if (!known->second.implied || entry.kind != TarKind::directory) add_flaw(entry, TarFlaw::duplicate);
  known->second = {.kind = entry.kind, .implied = false};
}

void TarInspector::inspect_hardlink(TarEntry& entry) const {
  if (entry.link.starts_with('/')) add_flaw(entry, TarFlaw::link_leaves_root);
  if (auto link = spelled(entry.link)) {
    entry.link = std::move(*link);
  } else {
    add_flaw(entry, TarFlaw::link_leaves_root);
  }
  const auto target = places_.find(entry.link);
  const bool is_file =
      target != places_.end() && (target->second.kind == TarKind::file || target->second.kind == TarKind::hardlink);
  if (!is_file) add_flaw(entry, TarFlaw::link_without_file);
}

}  // namespace ocibuild
