// The files of `ocibuild pin`: manifests, and the side file that remembers what placeholders took the place of.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ocibuild/base/file.hpp"
#include "ocibuild/deploy/images.hpp"
#include "ocibuild/deploy/pins.hpp"

namespace ocibuild {

/// What arguments were: files are those that exist as one, have a `/`, or end in .yaml, .yml or .json.
struct PinArguments {
  std::vector<std::string> components;
  std::vector<std::string> files;  ///< each once, also when several names lead to it
};

/// Throws Error{invalid_argument} when there is no file among them, or a directory that can be no component.
PinArguments sort_pin_arguments(const std::vector<std::string>& arguments);

/// A manifest as it is.
struct ManifestFile {
  std::string path;
  std::string text;
};

/// Reads all files. Throws as read_file.
std::vector<ManifestFile> read_manifests(const std::vector<std::string>& files);

/// The sites of all files, in their order. Throws as find_images, with the file's name.
std::vector<ImageSite> find_images(const std::vector<ManifestFile>& manifests, const std::vector<ImagePath>& paths);

/// A manifest before and after.
struct PinnedFile {
  std::string path;
  std::string before;
  std::string after;
};

/// As DecideImage, for a site of a file.
using DecideInFile = std::function<std::optional<NewImage>(const std::string& file, const ImageSite& site)>;

/// Pins all files; writes none. Throws as pin_images, with the file's name.
std::vector<PinnedFile> pin_files(const std::vector<ManifestFile>& manifests, const std::vector<ImagePath>& paths,
                                  const DecideInFile& decide);

/// Writes what changed: a file appears whole, keeps its mode, and a symlink stays one.
void write_pinned(const PinnedFile& file);

/// What is done with the side file once it is read.
enum class PinsUse {
  look,      ///< nothing
  forget,    ///< entries are taken out, and perhaps replaced
  remember,  ///< entries are added; the directory is made when it is missing
};

/// The side file at `path`, read when it is there. Unless only looked at, no other process has it for that until the
/// end of its life, since each writes the whole file: what was read must still be there when it is replaced. The lock
/// is on the directory, because the file itself is another one after each replacing, and a file for the lock beside it
/// would be left in a repository of somebody.
class PinsFile {
 public:
  /// Throws Error{io}, and as parse_pins with the file's name.
  PinsFile(std::filesystem::path path, PinsUse use);

  const Pins& pins() const noexcept { return pins_; }

  /// The name of a manifest in it: relative to its directory.
  std::string key_of(const std::string& file) const;

  /// Writes other pins, and removes the file when there are none. Nothing happens when they are the same.
  void replace(const Pins& pins) const;

 private:
  std::filesystem::path path_;
  std::optional<FileLock> lock_;
  Pins pins_;
};

}  // namespace ocibuild
