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
class ImageContents {
 public:
  void add_file(std::string_view path);
  void add_symlink(std::string_view path, std::string_view target);

  /// Says which symbol versions the image's glibc has; read_elf gives them for libc.so.6 as `glibc_provided`.
  void set_glibc(GlibcVersion highest) { glibc_ = highest; }

  /// Adds a directory of /etc/ld.so.conf, beyond the standard ones.
  void add_library_directory(std::string_view path);

  /// True when `path` leads to a file, through at most 40 symbolic links.
  bool contains(std::string_view path) const;

  const std::optional<GlibcVersion>& glibc() const noexcept { return glibc_; }
  const std::vector<std::string>& library_directories() const noexcept { return library_directories_; }

 private:
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
