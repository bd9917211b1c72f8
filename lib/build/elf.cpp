// The facts of an ELF file, gathered from its header, segments and notes.
#include "ocibuild/build/elf.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "build/elf_dynamic.hpp"
#include "build/elf_view.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t segment_dynamic = 2, segment_interpreter = 3, segment_note = 4;  // p_type
constexpr std::uint32_t section_symbol_table = 2;                                        // SHT_SYMTAB
constexpr std::uint32_t note_abi_tag = 1, note_build_id = 3;                             // n_type of owner GNU
constexpr std::uint64_t max_interpreter = 4096;                                          // PATH_MAX, as the kernel
constexpr std::uint64_t max_notes = 64 << 10;
constexpr std::size_t max_build_id = 64;

struct Machine {
  std::uint16_t number;  // e_machine
  bool wide;
  bool big_endian;
  std::string_view architecture;
  std::string_view variant;
};

constexpr std::array machines{
    Machine{62, true, false, "amd64", ""},    Machine{183, true, false, "arm64", "v8"},
    Machine{40, false, false, "arm", "v7"},   Machine{3, false, false, "386", ""},
    Machine{243, true, false, "riscv64", ""}, Machine{21, true, false, "ppc64le", ""},
    Machine{22, true, true, "s390x", ""},     Machine{258, true, false, "loong64", ""},
};

Platform platform_of(const ElfView& file) {
  for (const auto& machine : machines) {
    if (machine.number != file.machine() || machine.wide != file.wide() || machine.big_endian != file.big_endian())
      continue;
    return {.architecture = std::string{machine.architecture}, .variant = std::string{machine.variant}};
  }
  throw Error{Errc::unsupported,
              fmt::format("the ELF file is for machine {} ({} bits, {} endian), which no platform names",
                          file.machine(), file.wide() ? 64 : 32, file.big_endian() ? "big" : "little")};
}

ElfKind kind_of(const ElfView& file) {
  switch (file.kind()) {
    case 1: return ElfKind::relocatable;
    case 2: return ElfKind::executable;
    case 3: return ElfKind::position_independent;
    case 4: return ElfKind::core;
    default: return ElfKind::other;
  }
}

struct Notes {
  bool gnu_abi = false;
  std::string build_id;
};

/// Elf_Nhdr: size of the owner's name, size of the description, type; then both, each padded.
void read_notes(const ElfView& file, const ElfSegment& segment, Notes& notes) {
  const std::uint64_t padding = segment.alignment == 8 ? 8 : 4;
  const auto padded = [padding](std::uint64_t size) { return (size + padding - 1) / padding * padding; };
  const auto end = segment.offset + std::min(segment.file_size, max_notes);
  for (auto at = segment.offset; at + 12 <= end;) {
    const std::uint64_t owner_size = file.word(at), size = file.word(at + 4);
    const auto type = file.word(at + 8);
    const auto description = at + padded(12 + owner_size);
    if (description + size > end) return;
    if (owner_size == 4 && file.bytes(at + 12, 4) == std::string_view{"GNU\0", 4}) {
      if (type == note_abi_tag && size >= 16 && file.word(description) == 0) notes.gnu_abi = true;  // 0: Linux
      if (type == note_build_id && size <= max_build_id) {
        notes.build_id.clear();
        for (const unsigned char byte : file.bytes(description, size)) notes.build_id += fmt::format("{:02x}", byte);
      }
    }
    at = description + padded(size);
  }
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto colon = list.find(':');
    const auto part = list.substr(0, colon);
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(colon == std::string_view::npos ? list.size() : colon + 1);
  }
  return parts;
}

CLibrary c_library_of(const ElfFacts& facts, bool gnu_abi) {
  const auto starts = [](std::string_view text, std::string_view with) { return text.starts_with(with); };
  const auto name = std::string_view{facts.interpreter}.substr(facts.interpreter.rfind('/') + 1);
  if (starts(name, "ld-musl")) return CLibrary::musl;
  if (std::ranges::any_of(facts.needed, [&](const auto& library) { return starts(library, "libc.musl"); })) {
    return CLibrary::musl;
  }
  const bool gnu =
      gnu_abi || facts.glibc_floor || facts.glibc_provided || starts(name, "ld-linux") || starts(name, "ld64.so");
  return gnu ? CLibrary::gnu : CLibrary::unknown;
}

void add_segment(const ElfView& file, const ElfSegment& segment, ElfFacts& facts, Notes& notes) {
  if (segment.type == segment_interpreter) {
    facts.interpreter = file.text(segment.offset, std::min(segment.file_size, max_interpreter));
  } else if (segment.type == segment_note) {
    read_notes(file, segment, notes);
  } else if (segment.type == segment_dynamic) {
    facts.linking = ElfLinking::static_pie;  // unless something is asked for, see below
    auto dynamic = read_dynamic(file, segment);
    facts.needed = std::move(dynamic.needed);
    facts.soname = std::move(dynamic.soname);
    facts.library_path = split(dynamic.library_path);
    facts.glibc_floor = dynamic.glibc_floor;
    facts.glibc_provided = dynamic.glibc_provided;
  }
}

ElfFacts read_facts(const RandomAccess& content) {
  const ElfView file{content};
  ElfFacts facts{.platform = platform_of(file), .kind = kind_of(file)};
  Notes notes;
  for (const auto& segment : file.segments()) add_segment(file, segment, facts, notes);
  if (!facts.interpreter.empty() || !facts.needed.empty()) facts.linking = ElfLinking::dynamic;
  facts.c_library = c_library_of(facts, notes.gnu_abi);
  facts.build_id = std::move(notes.build_id);
  facts.stripped = !file.has_section(section_symbol_table);
  return facts;
}

}  // namespace

bool is_elf(Bytes beginning) noexcept {
  return as_text(beginning).starts_with(
      "\x7f"
      "ELF");
}

std::optional<GlibcVersion> GlibcVersion::parse(std::string_view symbol_version) {
  constexpr std::string_view prefix = "GLIBC_";
  if (!symbol_version.starts_with(prefix)) return std::nullopt;
  std::array<std::uint32_t, 3> numbers{};
  const char* at = symbol_version.data() + prefix.size();
  const char* const end = symbol_version.data() + symbol_version.size();
  for (std::size_t index = 0; index < numbers.size(); ++index) {
    const auto [rest, error] = std::from_chars(at, end, numbers[index]);
    if (error != std::errc{}) return std::nullopt;
    if (rest == end) return index == 0 ? std::nullopt : std::optional{GlibcVersion{numbers[0], numbers[1], numbers[2]}};
    if (*rest != '.') return std::nullopt;
    at = rest + 1;
  }
  return std::nullopt;
}

std::string GlibcVersion::string() const {
  return patch == 0 ? fmt::format("{}.{}", major, minor) : fmt::format("{}.{}.{}", major, minor, patch);
}

ElfFacts read_elf(Bytes file) {
  return read_facts(*random_access(file));
}

ElfFacts read_elf(const std::filesystem::path& path) {
  const auto file = random_access(path);
  return with_context(path.string(), [&] { return read_facts(*file); });
}

}  // namespace ocibuild
