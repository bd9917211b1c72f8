// The entries of a layer, checked against each other and put in their one order.
#include "layer/entry_list.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "layer/entry_path.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

using EntryMap = std::map<std::string, FileEntry, PathOrder>;

constexpr std::uint64_t max_owner = 0xfffffffe;  // Linux: 32 bits, and (uid_t)-1 means "no change"

std::string described_origin(const FileEntry& entry) {
  switch (entry.kind) {
    case EntryKind::directory: return "a directory";
    case EntryKind::symlink: return fmt::format("a symlink to {}", printable(entry.link));
    case EntryKind::hardlink: return fmt::format("a hardlink to {}", printable(entry.link));
    case EntryKind::file: break;
  }
  return entry.content ? std::string{"a file with given content"} : printable(entry.source.native());
}

[[noreturn]] void reject(Errc code, const FileEntry& entry, std::string_view what) {
  throw Error{code, fmt::format("layer entry {}: {}", printable(entry.path), what)};
}

void check_attributes(const FileEntry& entry) {
  if (entry.mode > 07777) reject(Errc::invalid_argument, entry, fmt::format("mode {:o} is above 7777", entry.mode));
  if (entry.uid > max_owner || entry.gid > max_owner) {
    reject(Errc::invalid_argument, entry, fmt::format("owner {}:{} is above {}", entry.uid, entry.gid, max_owner));
  }
  for (const auto& [name, value] : entry.xattrs) {
    if (name.empty() || name.find_first_of(std::string_view{"=\0", 2}) != std::string::npos || !is_utf8(name)) {
      reject(Errc::unsupported, entry, fmt::format("a layer cannot hold an xattr named '{}'", printable(name)));
    }
  }
}

void check_symlink(const FileEntry& entry) {
  if (entry.link.empty() || entry.link.find('\0') != std::string::npos) {
    reject(Errc::invalid_argument, entry, "a symlink needs a target without NUL bytes");
  }
  if (!is_utf8(entry.link)) {
    reject(Errc::unsupported, entry,
           fmt::format("symlink target '{}' is not UTF-8, which a layer cannot hold", printable(entry.link)));
  }
}

/// One entry by itself, in its one spelling.
FileEntry normalized(FileEntry entry) {
  entry.path = layer_path(entry.path);
  check_attributes(entry);
  if (entry.kind == EntryKind::symlink) {
    check_symlink(entry);
    entry.mode = 0777;
  }
  if (entry.kind == EntryKind::hardlink) {
    entry.link =
        with_context(fmt::format("hardlink {}", printable(entry.path)), [&] { return layer_path(entry.link); });
  }
  return entry;
}

EntryMap collect(std::span<const FileEntry> entries) {
  EntryMap collected;
  for (const FileEntry& given : entries) {
    FileEntry entry = normalized(given);
    const auto [place, added] = collected.try_emplace(entry.path, entry);
    if (!added) {
      throw Error{Errc::invalid_document, fmt::format("two entries for {}: {} and {}", printable(entry.path),
                                                      described_origin(place->second), described_origin(entry))};
    }
  }
  return collected;
}

void add_parents(EntryMap& entries) {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : entries) paths.push_back(path);
  for (const std::string& path : paths) {
    for (std::string_view parent = parent_path(path); !parent.empty(); parent = parent_path(parent)) {
      const FileEntry missing{.path = std::string{parent}, .kind = EntryKind::directory, .mode = 0755};
      const auto [place, added] = entries.try_emplace(missing.path, missing);
      if (place->second.kind != EntryKind::directory) {
        throw Error{Errc::invalid_document, fmt::format("entry {} lies below {}, which is {}", printable(path),
                                                        printable(parent), described_origin(place->second))};
      }
      if (!added) break;  // its own parents are there, or are added in its own turn
    }
  }
}

/// The path of the file that `link` means, through other hardlinks if need be.
const std::string& linked_file(const EntryMap& entries, const FileEntry& link) {
  const FileEntry* at = &link;
  for (std::size_t steps = 0; at->kind == EntryKind::hardlink; ++steps) {
    const auto target = entries.find(at->link);
    if (target == entries.end()) {
      reject(Errc::invalid_document, link,
             fmt::format("hardlink to {}, which is not in this layer", printable(at->link)));
    }
    if (steps == entries.size())
      reject(Errc::invalid_document, link, "hardlinks that link to each other, without a file");
    at = &target->second;
  }
  if (at->kind != EntryKind::file) {
    reject(Errc::invalid_document, link, fmt::format("hardlink to {}, which is not a file", printable(at->path)));
  }
  return at->path;
}

/// Makes the first name of each linked file the file, and the others hardlinks to it (tar: the file comes first).
void resolve_hardlinks(EntryMap& entries) {
  std::map<std::string, std::vector<std::string>> names_of_file;  // in layer order
  for (const auto& [path, entry] : entries) {
    if (entry.kind == EntryKind::hardlink) names_of_file[linked_file(entries, entry)].push_back(path);
  }
  for (auto& [file, names] : names_of_file) {
    names.push_back(file);
    std::ranges::sort(names, PathOrder{});
    const FileEntry content = entries.at(file);
    for (const std::string& name : names) {
      FileEntry& entry = entries.at(name);
      entry = content;
      entry.path = name;
      if (name == names.front()) continue;
      entry.kind = EntryKind::hardlink;
      entry.link = names.front();
      entry.xattrs.clear();  // they belong to the inode, which the first name has described
    }
  }
}

}  // namespace

std::vector<FileEntry> ordered_entries(std::span<const FileEntry> entries) {
  EntryMap collected = collect(entries);
  add_parents(collected);
  resolve_hardlinks(collected);
  std::vector<FileEntry> ordered;
  ordered.reserve(collected.size());
  for (auto& [path, entry] : collected) ordered.push_back(std::move(entry));
  return ordered;
}

}  // namespace ocibuild
