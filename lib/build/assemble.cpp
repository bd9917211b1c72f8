// Images without cargo.
#include "ocibuild/build/assemble.hpp"

#include <array>

#include <fmt/format.h>

#include "build/contents.hpp"
#include "build/inherit.hpp"
#include "build/setting_values.hpp"
#include "build/timestamp.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/files.hpp"
#include "ocibuild/build/image.hpp"

namespace ocibuild {
namespace {

bool starts_as_elf(const std::filesystem::path& path) {
  FileSource file{path};
  std::array<std::byte, 4> beginning{};
  return is_elf(Bytes{beginning}.first(read_fully(file, beginning)));
}

void prove_entrypoint(const ImageRequest& request, const Recipe& recipe, BaseContents& bases) {
  const std::vector<std::string>& entrypoint = request.execution.entrypoint;
  if (entrypoint.empty()) return;
  for (const FileEntry& entry : recipe.layers.front().entries) {
    const bool is_program = entry.kind == EntryKind::file && fmt::format("/{}", entry.path) == entrypoint.front();
    if (!is_program || !starts_as_elf(entry.source)) continue;
    const ElfFacts facts = read_elf(entry.source);
    with_context(fmt::format("{} for {}", entrypoint.front(), recipe.config.platform.string()), [&] {
      const ImageContents contents = contents_of(recipe, facts, bases);
      require_runnable({facts, entrypoint.front(), recipe.config.platform, contents});
    });
  }
}

Recipe recipe_for(const ImageRequest& request, const std::vector<FileEntry>& files, const Platform& platform) {
  Recipe recipe{.base = request.base ? image_for(*request.base, platform) : nullptr,
                .layers = {{.title = "files", .entries = files}},
                .config = {.created = rfc3339(request.created), .platform = platform, .config = request.execution},
                .annotations = request.annotations,
                .layer_options = request.layer_options};
  std::string& user = recipe.config.config.user;
  if (user.empty()) user = user_for(std::nullopt, recipe.base.get());
  add_default_path(recipe);
  return recipe;
}

}  // namespace

FileRule parse_add(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (first == 0 || first == std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` is not of the form SRC:DST[:MODE]", text)};
  }
  FileRule rule{.source = std::string{text.substr(0, first)},
                .dest = parse_inside_path(text.substr(first + 1, second - first - 1)),
                .outside = OutsideWorkspace::allow};
  if (second != std::string_view::npos) rule.mode = parse_mode(text.substr(second + 1));
  return rule;
}

std::vector<Recipe> image_recipes(const ImageRequest& request) {
  if (request.platforms.empty()) throw Error{Errc::invalid_argument, "an image needs at least one platform"};
  const std::vector<FileEntry> files =
      collect_files(request.files, {.directory = request.directory, .border = request.directory});
  std::vector<Recipe> recipes;
  BaseContents bases;
  for (const Platform& platform : request.platforms) {
    recipes.push_back(recipe_for(request, files, platform));
    prove_entrypoint(request, recipes.back(), bases);
  }
  return recipes;
}

Descriptor assemble_image(const ImageRequest& request, std::span<const Recipe> recipes, Store& into) {
  const bool copies = request.base && request.base_layers == BaseLayers::copy;
  if (copies) copy_layers(request.base->images, into, {.jobs = request.layer_options.jobs});
  LayerMemo memo{request.cache};
  std::vector<Descriptor> images;
  for (const Recipe& recipe : recipes) images.push_back(build_image(recipe, into, memo));
  Annotations annotations = request.annotations;
  if (request.base) annotate_base(annotations, request.base->name, request.base->root.digest);
  return build_index(images, annotations, into);
}

Descriptor assemble_image(const ImageRequest& request, Store& into) {
  return assemble_image(request, image_recipes(request), into);
}

}  // namespace ocibuild
