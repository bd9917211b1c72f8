// What an ELF file says about where it can run: machine, interpreter, libraries, C library.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// A version of the GNU C library as symbol versions spell it: `GLIBC_2.34` is {2, 34, 0}.
struct GlibcVersion {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;

  /// Reads `GLIBC_2.34` or `GLIBC_2.2.5`; nothing for any other text (`GLIBC_PRIVATE`, `GCC_3.0`).
  static std::optional<GlibcVersion> parse(std::string_view symbol_version);

  /// `2.34`, or `2.2.5` when there is a patch level.
  std::string string() const;

  friend auto operator<=>(const GlibcVersion&, const GlibcVersion&) = default;
};

/// What kind of file the ELF header announces.
enum class ElfKind { relocatable, executable, position_independent, core, other };

/// How the file gets its libraries.
enum class ElfLinking {
  fixed,       ///< static, loaded at a fixed address: no PT_DYNAMIC
  static_pie,  ///< static and relocating itself: PT_DYNAMIC, but neither PT_INTERP nor DT_NEEDED
  dynamic,     ///< PT_INTERP or DT_NEEDED
};

/// The C library a file was linked with, as far as the file tells.
enum class CLibrary { unknown, gnu, musl };

/// The facts of one ELF file. Strings are as in the file: at most 4 KiB, any bytes but NUL.
struct ElfFacts {
  Platform platform;  ///< from machine, class and byte order; arm64 has variant v8
  ElfKind kind = ElfKind::other;
  ElfLinking linking = ElfLinking::fixed;
  CLibrary c_library = CLibrary::unknown;
  std::string interpreter;                     ///< PT_INTERP; empty: none
  std::string soname;                          ///< DT_SONAME; empty: none
  std::vector<std::string> needed;             ///< DT_NEEDED in file order
  std::vector<std::string> library_path;       ///< DT_RUNPATH, else DT_RPATH, split at colons; may hold $ORIGIN
  std::optional<GlibcVersion> glibc_floor;     ///< highest GLIBC_x.y the file asks of others
  std::optional<GlibcVersion> glibc_provided;  ///< highest GLIBC_x.y the file itself defines (libc.so.6 does)
  std::string build_id;                        ///< NT_GNU_BUILD_ID in lower-case hex; empty: none
  bool stripped = true;                        ///< no symbol table (.symtab); true when there are no section headers

  friend bool operator==(const ElfFacts&, const ElfFacts&) = default;
};

/// True when the file begins with the ELF magic number.
bool is_elf(Bytes beginning) noexcept;

/// Reads the facts of an ELF file in memory. Works from program headers, as the kernel and ld.so do; section headers
/// only answer `stripped`. Every offset and count in the file is checked; nothing is read outside `file`.
///
/// `c_library` is gnu when a GNU ABI note (NT_GNU_ABI_TAG of glibc's crt1.o, kept by strip) is loaded or a GLIBC symbol
/// version or ld-linux interpreter is asked for, musl when an ld-musl interpreter or libc.musl is; a static musl binary
/// carries no mark and stays unknown.
/// Throws Error{invalid_document} when it is no ELF file or is damaged, {unsupported} for machines without a platform.
ElfFacts read_elf(Bytes file);

/// The same for a file on disk, of which it reads only the few kilobytes it needs. Throws also {not_found} and {io}.
ElfFacts read_elf(const std::filesystem::path& path);

}  // namespace ocibuild
