// Declared files: from rules over the host's file system to entries.
#include "ocibuild/build/files.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "build/setting_values.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

struct HostFile {
  fs::path path;  // canonical
  fs::file_status status;
};

// Where a path really leads. The answer of the file system decides, not the spelling.
HostFile resolve(const fs::path& path, const std::string& named) {
  std::error_code failure;
  fs::path real = fs::canonical(path, failure);
  if (failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory) {
    throw Error{Errc::not_found, fmt::format("source `{}` does not exist", named)};
  }
  if (failure) throw_errno(fmt::format("source `{}`", named), failure.value());
  const fs::file_status status = fs::status(real, failure);
  if (failure) throw_errno(fmt::format("source `{}`", named), failure.value());
  return {.path = std::move(real), .status = status};
}

bool is_below(const fs::path& path, const fs::path& directory) {
  const auto [rest, unused] = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return rest == directory.end();
}

std::string below(const std::string& directory, const fs::path& name) {
  return directory.empty() ? name.string() : fmt::format("{}/{}", directory, name.string());
}

std::string inside(std::string_view dest) {
  std::string path;
  for (const fs::path& part : fs::path{dest}.relative_path()) {
    if (!part.empty()) path = below(path, part);
  }
  return path;
}

Error outside_error(const std::string& named, const fs::path& real) {
  return Error{Errc::invalid_document,
               fmt::format("source `{}` is outside of the workspace: {}", named, real.string())};
}

class Collector {
 public:
  Collector(const FileRoots& roots) : border_{fs::weakly_canonical(roots.border)}, directory_{roots.directory} {}

  void add(const FileRule& rule) {
    parse_inside_path(rule.dest);
    const HostFile source = admitted(directory_ / rule.source, rule.source, rule);
    std::string path = inside(rule.dest);
    if (fs::is_directory(source.status)) {
      add_directory(source.path, path, rule.source, rule);
      return;
    }
    if (path.empty() || rule.dest.ends_with('/')) {
      path = below(path, fs::path{rule.source}.filename());
    }
    add_file(source, path, rule.source, rule);
  }

  std::vector<FileEntry> take() {
    std::vector<FileEntry> result;
    for (auto& [path, placed] : entries_) result.push_back(std::move(placed.entry));
    return result;
  }

 private:
  struct Placed {
    FileEntry entry;
    std::string named;  // the source as the rule spells it
  };

  HostFile admitted(const fs::path& path, const std::string& named, const FileRule& rule) const {
    HostFile source = resolve(path, named);
    if (rule.outside == OutsideWorkspace::refuse && !is_below(source.path, border_)) {
      throw outside_error(named, source.path)
          .add_help("copy it into the workspace, or set `allow-outside = true` in this entry of `files`");
    }
    return source;
  }

  void place(FileEntry entry, const std::string& named) {
    const auto [at, added] = entries_.try_emplace(entry.path, Placed{entry, named});
    const bool both_directories = at->second.entry.kind == EntryKind::directory && entry.kind == EntryKind::directory;
    if (!added && !both_directories) {
      throw Error{Errc::invalid_document,
                  fmt::format("two sources for `/{}`: `{}` and `{}`", entry.path, at->second.named, named)};
    }
  }

  void add_file(const HostFile& source, const std::string& path, const std::string& named, const FileRule& rule) {
    if (!fs::is_regular_file(source.status)) {
      throw Error{Errc::invalid_document, fmt::format("source `{}` is neither a file nor a directory", named)};
    }
    const bool executable = (source.status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    place({.path = path, .source = source.path, .mode = rule.mode.value_or(executable ? 0755 : 0644)}, named);
  }

  void add_directory(const fs::path& real, const std::string& path, const std::string& named, const FileRule& rule) {
    if (!path.empty()) place({.path = path, .kind = EntryKind::directory, .mode = 0755}, named);
    std::vector<fs::path> names;
    std::error_code failure;
    for (fs::directory_iterator at{real, failure}; !failure && at != fs::directory_iterator{}; at.increment(failure)) {
      names.push_back(at->path().filename());
    }
    if (failure) throw_errno(fmt::format("reading directory `{}`", named), failure.value());
    std::sort(names.begin(), names.end());
    for (const fs::path& name : names) {
      add_member(real, name, below(path, name), rule, named);
    }
  }

  void add_member(const fs::path& parent, const fs::path& name, const std::string& path, const FileRule& rule,
                  const std::string& parent_named) {
    const std::string named = (fs::path{parent_named} / name).string();
    const bool is_link = fs::is_symlink(fs::symlink_status(parent / name));
    const HostFile source = admitted(parent / name, named, rule);
    if (is_link && stays_beside(parent, name, source.path)) {
      place({.path = path, .kind = EntryKind::symlink, .link = fs::read_symlink(parent / name).string(), .mode = 0777},
            named);
    } else if (fs::is_directory(source.status)) {
      if (is_link) {
        throw Error{Errc::invalid_document, fmt::format("`{}` is a symlink to a directory elsewhere", named)}.add_help(
            "declare that directory as an entry of `files` of its own");
      }
      add_directory(source.path, path, named, rule);
    } else {
      add_file(source, path, named, rule);
    }
  }

  // True for a link that means the same inside the image: relative, and only to what lies in its own directory or
  // below, which is copied with it.
  static bool stays_beside(const fs::path& parent, const fs::path& name, const fs::path& target) {
    const fs::path link = fs::read_symlink(parent / name);
    const bool climbs = std::find(link.begin(), link.end(), fs::path{".."}) != link.end();
    return link.is_relative() && !climbs && is_below(target, parent);
  }

  fs::path border_;
  fs::path directory_;
  std::map<std::string, Placed> entries_;
};

}  // namespace

FileRoots file_roots(const Package& package, const Workspace& workspace) {
  const fs::path directory = package.directory();
  const bool is_inside = is_below(fs::weakly_canonical(directory), fs::weakly_canonical(workspace.root));
  return {.directory = directory, .border = is_inside ? workspace.root : directory};
}

fs::path resolve_source(const std::string& source, const FileRoots& roots) {
  const HostFile found = resolve(roots.directory / source, source);
  if (fs::path{source}.is_relative() && !is_below(found.path, fs::weakly_canonical(roots.border))) {
    throw outside_error(source, found.path).add_help("copy it into the workspace, or name it by its absolute path");
  }
  return found.path;
}

std::vector<FileEntry> collect_files(std::span<const FileRule> rules, const FileRoots& roots) {
  Collector collector{roots};
  for (const FileRule& rule : rules) {
    with_context("files", [&] { collector.add(rule); });
  }
  return collector.take();
}

}  // namespace ocibuild
