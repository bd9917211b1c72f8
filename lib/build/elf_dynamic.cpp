// The dynamic segment (System V ABI, chapter 5) and the GNU symbol versions (LSB Core 5.0, section 10.7).
#include "build/elf_dynamic.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

// d_tag values
constexpr std::uint64_t tag_null = 0, tag_needed = 1, tag_string_table = 5, tag_string_size = 10, tag_soname = 14,
                        tag_rpath = 15, tag_runpath = 29, tag_version_defined = 0x6ffffffc,
                        tag_version_defined_count = 0x6ffffffd, tag_version_needed = 0x6ffffffe,
                        tag_version_needed_count = 0x6fffffff;
constexpr std::uint16_t weak_version = 2;  // VER_FLG_WEAK: its absence is only a warning

constexpr std::size_t max_entries = 1 << 16;  // of the segment, and of a chain of versions
constexpr std::uint64_t max_text = 4096;

/// The entries of the segment, as numbers.
struct Entries {
  std::vector<std::uint64_t> needed;
  std::optional<std::uint64_t> string_table, string_size, soname, rpath, runpath;
  std::optional<std::uint64_t> defined, defined_count, wanted, wanted_count;
};

Entries read_entries(const ElfView& file, const ElfSegment& segment) {
  Entries found;
  const std::uint64_t width = file.wide() ? 8 : 4;
  const auto count = std::min<std::uint64_t>(segment.file_size / (2 * width), max_entries);
  for (std::uint64_t index = 0; index < count; ++index) {
    const auto at = segment.offset + index * 2 * width;
    const auto value = file.address(at + width);
    switch (file.address(at)) {
      case tag_null: return found;
      case tag_needed: found.needed.push_back(value); break;
      case tag_string_table: found.string_table = value; break;
      case tag_string_size: found.string_size = value; break;
      case tag_soname: found.soname = value; break;
      case tag_rpath: found.rpath = value; break;
      case tag_runpath: found.runpath = value; break;
      case tag_version_defined: found.defined = value; break;
      case tag_version_defined_count: found.defined_count = value; break;
      case tag_version_needed: found.wanted = value; break;
      case tag_version_needed_count: found.wanted_count = value; break;
      default: break;
    }
  }
  return found;
}

/// The string table that DT_STRTAB and DT_STRSZ describe.
class Strings {
 public:
  Strings(const ElfView& file, const Entries& entries) : file_{file} {
    if (!entries.string_table) return;
    offset_ = file.offset_of(*entries.string_table);
    size_ = entries.string_size.value_or(0);
  }

  std::string at(std::uint64_t index) const {
    if (index >= size_) {
      throw Error{Errc::invalid_document,
                  fmt::format("the ELF file refers to text {} of a string table of {} bytes", index, size_)};
    }
    return file_.text(offset_ + index, std::min(max_text, size_ - index));
  }

 private:
  const ElfView& file_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

void raise(std::optional<GlibcVersion>& highest, std::string_view symbol_version) {
  const auto version = GlibcVersion::parse(symbol_version);
  if (version && (!highest || *highest < *version)) highest = version;
}

/// Counts the steps along chains of versions, so that a chain that leads back ends.
class Steps {
 public:
  void take() {
    if (++taken_ > max_entries) {
      throw Error{Errc::invalid_document, fmt::format("the ELF file has over {} symbol versions", max_entries)};
    }
  }

 private:
  std::size_t taken_ = 0;
};

/// Elf_Verneed: version, count, file, aux, next; its Elf_Vernaux: hash, flags, other, name, next.
std::optional<GlibcVersion> highest_wanted(const ElfView& file, const Entries& entries, const Strings& strings) {
  std::optional<GlibcVersion> highest;
  if (!entries.wanted) return highest;
  Steps steps;
  auto record = file.offset_of(*entries.wanted);
  for (std::uint64_t left = entries.wanted_count.value_or(0); left > 0; --left) {
    steps.take();
    auto version = record + file.word(record + 8);
    for (unsigned names = file.half(record + 2); names > 0; --names) {
      steps.take();
      if ((file.half(version + 4) & weak_version) == 0) raise(highest, strings.at(file.word(version + 8)));
      version += file.word(version + 12);
    }
    const auto next = file.word(record + 12);
    if (next == 0) break;
    record += next;
  }
  return highest;
}

/// Elf_Verdef: version, flags, index, count, hash, aux, next; the first Elf_Verdaux begins with the version's name.
std::optional<GlibcVersion> highest_defined(const ElfView& file, const Entries& entries, const Strings& strings) {
  std::optional<GlibcVersion> highest;
  if (!entries.defined) return highest;
  Steps steps;
  auto record = file.offset_of(*entries.defined);
  for (std::uint64_t left = entries.defined_count.value_or(0); left > 0; --left) {
    steps.take();
    raise(highest, strings.at(file.word(record + file.word(record + 12))));
    const auto next = file.word(record + 16);
    if (next == 0) break;
    record += next;
  }
  return highest;
}

}  // namespace

ElfDynamic read_dynamic(const ElfView& file, const ElfSegment& segment) {
  const auto entries = read_entries(file, segment);
  const Strings strings{file, entries};
  ElfDynamic dynamic;
  for (const auto index : entries.needed) dynamic.needed.push_back(strings.at(index));
  if (entries.soname) dynamic.soname = strings.at(*entries.soname);
  if (const auto path = entries.runpath ? entries.runpath : entries.rpath) dynamic.library_path = strings.at(*path);
  dynamic.glibc_floor = highest_wanted(file, entries, strings);
  dynamic.glibc_provided = highest_defined(file, entries, strings);
  return dynamic;
}

}  // namespace ocibuild
