// The proof, before anything is published, that a binary can start in its image.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/build/elf.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// The files of an image, as far as they matter for starting a program. Starts out as `scratch`: nothing at all.
/// Paths are absolute or relative to the image's root; both mean the same, and `.` and `..` are resolved.
///
/// What is added comes to lie where an engine would put it: below a symbolic link to a directory, where the link leads,
/// and in the place of what had its name before, with everything below that.
class ImageContents {
 public:
  void add_file(std::string_view path);
  void add_symlink(std::string_view path, std::string_view target);

  /// Takes away a file or link of that name. What is below a directory of that name stays.
  void add_directory(std::string_view path);

  /// Takes away what has that name, and everything below.
  void remove(std::string_view path);

  /// Takes away everything below a directory.
  void remove_below(std::string_view path);

  /// Says which symbol versions the image's glibc has; read_elf gives them for libc.so.6 as `glibc_provided`.
  void set_glibc(GlibcVersion highest) { glibc_ = highest; }

  /// Adds a directory of /etc/ld.so.conf, beyond the standard ones.
  void add_library_directory(std::string_view path);

  /// Where the file is that `path` leads to, through at most 40 symbolic links: absolute, without links and dots.
  std::optional<std::string> find(std::string_view path) const;

  /// The target of the symbolic link that has exactly this name; nothing when there is none.
  std::optional<std::string> link_at(std::string_view path) const;

  /// True when `path` leads to a file.
  bool contains(std::string_view path) const { return find(path).has_value(); }

  /// Number of files and links.
  std::size_t size() const noexcept { return entries_.size(); }

  const std::optional<GlibcVersion>& glibc() const noexcept { return glibc_; }
  const std::vector<std::string>& library_directories() const noexcept { return library_directories_; }

 private:
  std::optional<std::string> resolved(std::string_view path) const;
  std::optional<std::string> place_of(std::string_view path) const;
  void erase_below(const std::string& directory);

  std::map<std::string, std::optional<std::string>, std::less<>> entries_;  // normal path to link target, if a link
  std::vector<std::string> library_directories_;
  std::optional<GlibcVersion> glibc_;
};

/// The outcome of examining a binary. It runs when there are no problems.
struct Runnability {
  std::vector<std::string> problems;  ///< why it cannot start: one line each, what, found, expected
  std::vector<std::string> help;      ///< what to do about them
  std::vector<std::string> notes;     ///< limits worth knowing of a binary that does start

  bool runs() const noexcept { return problems.empty(); }
};

/// A binary and where it is to run.
struct RunnabilityQuestion {
  const ElfFacts& facts;
  std::string_view binary;   ///< its path in the image; for $ORIGIN
  const Platform& platform;  ///< of the image
  const ImageContents& contents;
};

/// Examines machine, interpreter, needed libraries and glibc floor of a binary against the image it goes into.
Runnability prove_runnable(const RunnabilityQuestion& question);

/// The same as a demand. Returns the notes; throws Error{unsupported} with the first problem as message, the others as
/// notes and the way out as help.
std::vector<std::string> require_runnable(const RunnabilityQuestion& question);

}  // namespace ocibuild
