// The dynamic segment of an ELF file: which libraries and symbol versions the dynamic linker must find.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "build/elf_view.hpp"
#include "ocibuild/build/elf.hpp"

namespace ocibuild {

/// What the dynamic linker reads. Texts are copied out of the file.
struct ElfDynamic {
  std::vector<std::string> needed;
  std::string soname;
  std::string library_path;  ///< as in the file, with colons
  std::optional<GlibcVersion> glibc_floor;
  std::optional<GlibcVersion> glibc_provided;
};

/// Reads a PT_DYNAMIC segment. Throws Error{invalid_document} when it is damaged.
ElfDynamic read_dynamic(const ElfView& file, const ElfSegment& segment);

}  // namespace ocibuild
