// A file system of names: files, links, and where they lead.
#include <algorithm>
#include <iterator>

#include "ocibuild/build/runnable.hpp"

namespace ocibuild {
namespace {

constexpr int max_links = 40;               // as the kernel, path_resolution(7)
constexpr std::size_t max_path = 4096;      // PATH_MAX, with the final NUL
constexpr std::size_t max_parts = 1 << 12;  // of one path, with all links that are followed

/// Splits a path into its parts, without empty ones and `.`.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

std::string normal(std::string_view path) {
  std::string result;
  for (const auto& part : parts_of(path)) {
    if (part == "..") {
      result.resize(result.empty() ? 0 : result.rfind('/'));
    } else {
      result += '/' + part;
    }
  }
  return result;
}

}  // namespace

// Follows `path` to its end; nothing when there are too many links on the way, or no kernel would take it.
std::optional<std::string> ImageContents::resolved(std::string_view path) const {
  auto left = parts_of(path);
  std::ranges::reverse(left);  // the next part is at the back
  std::string at;
  int links = 0;
  for (std::size_t parts = 0; !left.empty(); ++parts) {
    if (parts == max_parts || at.size() >= max_path) return std::nullopt;
    const auto part = std::move(left.back());
    left.pop_back();
    if (part == "..") {
      at.resize(at.empty() ? 0 : at.rfind('/'));
      continue;
    }
    const auto here = at + '/' + part;
    const auto entry = entries_.find(here);
    if (entry == entries_.end() || !entry->second) {
      at = here;
      continue;
    }
    if (++links > max_links) return std::nullopt;
    if (entry->second->starts_with('/')) at.clear();
    auto target = parts_of(*entry->second);
    std::ranges::reverse(target);
    std::ranges::move(target, std::back_inserter(left));
  }
  return at;
}

// Where something of that name lies: the links of its directory are followed, the name itself is not.
std::optional<std::string> ImageContents::place_of(std::string_view path) const {
  const std::string plain = normal(path);
  if (plain.empty()) return plain;
  const std::size_t slash = plain.rfind('/');
  const auto directory = resolved(std::string_view{plain}.substr(0, slash));
  if (!directory) return std::nullopt;
  return *directory + plain.substr(slash);
}

void ImageContents::erase_below(const std::string& directory) {
  const std::string prefix = directory + '/';
  auto end = entries_.lower_bound(prefix);
  const auto begin = end;
  while (end != entries_.end() && end->first.starts_with(prefix)) ++end;
  entries_.erase(begin, end);
}

void ImageContents::add_file(std::string_view path) {
  const auto place = place_of(path);
  if (!place || place->empty()) return;
  erase_below(*place);
  entries_[*place] = std::nullopt;
}

void ImageContents::add_symlink(std::string_view path, std::string_view target) {
  const auto place = place_of(path);
  if (!place || place->empty()) return;
  erase_below(*place);
  entries_[*place] = std::string{target};
}

void ImageContents::add_directory(std::string_view path) {
  if (const auto place = place_of(path)) entries_.erase(*place);
}

void ImageContents::remove(std::string_view path) {
  const auto place = place_of(path);
  if (!place) return;
  entries_.erase(*place);
  erase_below(*place);
}

void ImageContents::remove_below(std::string_view path) {
  if (const auto place = resolved(path)) erase_below(*place);
}

void ImageContents::add_library_directory(std::string_view path) {
  library_directories_.push_back(normal(path));
}

std::optional<std::string> ImageContents::link_at(std::string_view path) const {
  const auto entry = entries_.find(normal(path));
  return entry == entries_.end() ? std::nullopt : entry->second;
}

std::optional<std::string> ImageContents::find(std::string_view path) const {
  auto place = resolved(path);
  return place && entries_.contains(*place) ? place : std::nullopt;
}

}  // namespace ocibuild
