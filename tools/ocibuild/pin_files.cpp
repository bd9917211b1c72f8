// Reading all files before the first is written.
#include "pin_files.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "output_file.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_manifest_file = 16 << 20;

bool is_directory(const std::string& argument) {
  std::error_code unknown;
  return std::filesystem::is_directory(argument, unknown);
}

bool is_file(const std::string& argument) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(argument, unknown);
}

/// A word without a dot is a component even where a file has its name, as the component's program does: as a file it
/// would leave no component, and no component means all of them.
bool is_file_name(const std::string& argument) {
  return argument.find('/') != std::string::npos || argument.ends_with(".yaml") || argument.ends_with(".yml") ||
         argument.ends_with(".json") || (argument.find('.') != std::string::npos && is_file(argument));
}

/// A directory may be meant, or a component that has one of its name: each of a workspace has.
Error no_file(const std::vector<std::string>& components) {
  Error error{Errc::invalid_argument, "no file was given"};
  for (const std::string& name : components) {
    if (is_directory(name)) error.add_note(fmt::format("{} is a directory, and was taken for a component", name));
    if (is_file(name)) error.add_note(fmt::format("{0} was taken for a component; the file is ./{0}", name));
  }
  return error.add_help("files come after the components, as in 'ocibuild pin engine k8s/*.yaml'");
}

/// One name for all that lead to a file; of one that is not there the name as it is.
std::filesystem::path real_name(const std::filesystem::path& argument) {
  std::error_code failure;
  std::filesystem::path name = std::filesystem::weakly_canonical(argument, failure);
  return failure ? argument : name;
}

/// Of the file that symlinks lead to, so that all its names have one lock. Where there is no directory nothing is
/// remembered.
std::optional<FileLock> lock_directory_of(const std::filesystem::path& file, PinsUse use) {
  const std::filesystem::path directory = real_name(std::filesystem::absolute(file)).parent_path();
  if (use == PinsUse::remember) ocibuild::create_directories(directory);
  std::error_code unknown;
  if (!std::filesystem::exists(directory, unknown)) return std::nullopt;
  return FileLock::of_directory(directory);
}

}  // namespace

PinArguments sort_pin_arguments(const std::vector<std::string>& arguments) {
  PinArguments sorted;
  std::set<std::filesystem::path> known;
  for (const std::string& argument : arguments) {
    if (argument.find('/') != std::string::npos && is_directory(argument)) {
      throw Error{Errc::invalid_argument, fmt::format("{} is a directory", argument)}.add_help(
          "name the files in it, as in 'ocibuild pin k8s/*.yaml'");
    }
    if (!is_file_name(argument)) {
      sorted.components.push_back(argument);
    } else if (known.insert(real_name(argument)).second) {
      sorted.files.push_back(argument);
    }
  }
  if (!sorted.files.empty()) return sorted;
  throw no_file(sorted.components);
}

std::vector<ManifestFile> read_manifests(const std::vector<std::string>& files) {
  std::vector<ManifestFile> manifests;
  for (const std::string& path : files) manifests.push_back({.path = path, .text = read_file(path, max_manifest_file)});
  return manifests;
}

std::vector<ImageSite> find_images(const std::vector<ManifestFile>& manifests, const std::vector<ImagePath>& paths) {
  std::vector<ImageSite> all;
  for (const ManifestFile& manifest : manifests) {
    std::vector<ImageSite> sites = with_context(manifest.path, [&] { return find_images(manifest.text, paths); });
    std::ranges::move(sites, std::back_inserter(all));
  }
  return all;
}

std::vector<PinnedFile> pin_files(const std::vector<ManifestFile>& manifests, const std::vector<ImagePath>& paths,
                                  const DecideInFile& decide) {
  std::vector<PinnedFile> pinned;
  for (const ManifestFile& manifest : manifests) {
    PinnedFile file{.path = manifest.path, .before = manifest.text, .after = {}};
    const auto decide_site = [&](const ImageSite& site) { return decide(file.path, site); };
    file.after = with_context(file.path, [&] { return pin_images(file.before, decide_site, paths); });
    pinned.push_back(std::move(file));
  }
  return pinned;
}

void write_pinned(const PinnedFile& file) {
  if (file.before == file.after) return;
  const auto mode = std::filesystem::status(file.path).permissions();
  write_output(file.path, file.after);
  std::filesystem::permissions(file.path, mode);
}

PinsFile::PinsFile(std::filesystem::path path, PinsUse use) : path_{std::move(path)} {
  std::error_code unknown;
  if (use != PinsUse::look) lock_ = lock_directory_of(path_, use);
  if (!std::filesystem::exists(path_, unknown)) return;
  const std::string document = read_file(path_, max_pins_file);
  pins_ = with_context(path_.native(), [&] { return parse_pins(document); });
}

std::string PinsFile::key_of(const std::string& file) const {
  const auto normal = [](const std::filesystem::path& path) {
    return std::filesystem::absolute(path).lexically_normal();
  };
  return normal(file).lexically_relative(normal(path_).parent_path()).generic_string();
}

void PinsFile::replace(const Pins& pins) const {
  if (pins == pins_) return;
  if (!pins.empty()) return write_output(path_, serialize(pins));
  std::error_code failure;
  std::filesystem::remove(path_, failure);
  if (failure) throw_errno(fmt::format("removing {}", path_.native()), failure.value());
}

}  // namespace ocibuild
