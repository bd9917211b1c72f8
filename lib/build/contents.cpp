// Recipes as file systems.
#include "build/contents.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "build/inherit.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

void add_library_path(const Recipe& recipe, ImageContents& contents) {
  constexpr std::string_view variable = "LD_LIBRARY_PATH=";
  for (std::string_view text : inherited_config(recipe).config.env) {
    if (!text.starts_with(variable)) continue;
    text.remove_prefix(variable.size());
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of(":;"), text.size());
      if (end > 0) contents.add_library_directory(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
}

// Since distributions merged /usr, these are links to directories in it.
bool is_often_linked(std::string_view path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view first = path.substr(0, path.find('/'));
  return first == "bin" || first == "sbin" || first.starts_with("lib");
}

bool needs_base(const Recipe& recipe, const ElfFacts& program) {
  if (!recipe.base) return false;
  if (program.linking == ElfLinking::dynamic) return true;
  return std::ranges::any_of(recipe.layers, [](const LayerPlan& layer) {
    return std::ranges::any_of(layer.entries, [](const FileEntry& entry) { return is_often_linked(entry.path); });
  });
}

// A layer names the directories its files are in, and a directory takes the place of a link: everything that was found
// through the link would be gone.
void require_real_directories(const FileEntry& entry, const ImageContents& base) {
  const std::string path = entry.kind == EntryKind::directory ? entry.path + '/' : entry.path;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    const auto target = base.link_at(directory);
    if (!target) continue;
    throw Error{Errc::invalid_document, fmt::format("/{} would replace the link /{} -> {} of the base by a directory",
                                                    entry.path, directory, *target)}
        .add_help("say the destination as it is without the link");
  }
}

}  // namespace

ImageContents contents_of(const Recipe& recipe, const ElfFacts& program, BaseContents& bases) {
  ImageContents contents;
  if (needs_base(recipe, program)) {
    const ImageContents& base = bases.of(*recipe.base);
    for (const LayerPlan& layer : recipe.layers) {
      for (const FileEntry& entry : layer.entries) require_real_directories(entry, base);
    }
    contents = base;
  }
  add_library_path(recipe, contents);
  for (const LayerPlan& layer : recipe.layers) {
    for (const FileEntry& entry : layer.entries) {
      if (entry.kind == EntryKind::file) contents.add_file(entry.path);
      if (entry.kind == EntryKind::symlink) contents.add_symlink(entry.path, entry.link);
    }
  }
  return contents;
}

}  // namespace ocibuild
