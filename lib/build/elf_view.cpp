// Checked reading of an ELF file (System V ABI, chapters 4 and 5).
#include "build/elf_view.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/elf.hpp"

namespace ocibuild {
namespace {

constexpr std::uint32_t segment_load = 1;                // PT_LOAD
constexpr std::uint64_t max_program_headers = 64 << 10;  // bytes; the kernel refuses to load more
constexpr std::uint64_t max_sections = 1 << 16;

}  // namespace

ElfView::ElfView(const RandomAccess& file) : file_{file} {
  constexpr std::size_t identification_size = 16;
  const auto identification = bytes(0, std::min<std::uint64_t>(identification_size, file.size()));
  if (!is_elf(as_bytes(identification))) throw Error{Errc::invalid_document, "the file has no ELF header"};
  if (identification.size() < identification_size) throw Error{Errc::invalid_document, "the ELF header is cut off"};
  const auto width = static_cast<unsigned char>(identification[4]);
  const auto order = static_cast<unsigned char>(identification[5]);
  const auto system = static_cast<unsigned char>(identification[7]);
  if (width != 1 && width != 2)
    throw Error{Errc::invalid_document, fmt::format("ELF class is {}, expected 1 or 2", width)};
  if (order != 1 && order != 2) {
    throw Error{Errc::invalid_document, fmt::format("ELF byte order is {}, expected 1 or 2", order)};
  }
  constexpr int system_v = 0, gnu = 3, arm = 97;
  if (system != system_v && system != gnu && system != arm) {
    throw Error{Errc::unsupported, fmt::format("the ELF file is for operating system {}, not for Linux", system)};
  }
  wide_ = width == 2;
  big_endian_ = order == 2;
  kind_ = half(16);
  machine_ = half(18);
  read_segments();
}

void ElfView::read_segments() {
  const auto table = address(wide_ ? 32 : 28);
  const auto entry_size = half(wide_ ? 54 : 42);
  const std::uint64_t count = half(wide_ ? 56 : 44);
  if (count == 0) return;
  const auto expected = wide_ ? 56 : 32;
  if (entry_size != expected) {
    throw Error{Errc::invalid_document,
                fmt::format("an ELF program header has {} bytes, expected {}", entry_size, expected)};
  }
  if (count * entry_size > max_program_headers) {
    throw Error{Errc::invalid_document,
                fmt::format("the ELF file has {} program headers, more than a kernel loads", count)};
  }
  require(table, count * entry_size);
  for (std::uint64_t at = table; at < table + count * entry_size; at += entry_size) {
    segments_.push_back({
        .type = word(at),
        .offset = address(at + (wide_ ? 8 : 4)),
        .address = address(at + (wide_ ? 16 : 8)),
        .file_size = address(at + (wide_ ? 32 : 16)),
        .alignment = address(at + (wide_ ? 48 : 28)),
    });
  }
}

std::uint64_t ElfView::number(std::uint64_t offset, std::size_t width) const {
  const auto raw = bytes(offset, width);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto byte = static_cast<unsigned char>(raw[big_endian_ ? i : width - 1 - i]);
    value = value << 8 | byte;
  }
  return value;
}

void ElfView::require(std::uint64_t offset, std::uint64_t size) const {
  if (offset <= file_.size() && size <= file_.size() - offset) return;
  throw Error{Errc::invalid_document,
              fmt::format("the ELF file refers to {} bytes at {}, it has {} bytes", size, offset, file_.size())};
}

std::string ElfView::bytes(std::uint64_t offset, std::uint64_t size) const {
  require(offset, size);
  std::string content(static_cast<std::size_t>(size), '\0');
  file_.read_at(offset, std::as_writable_bytes(std::span{content}));
  return content;
}

std::string ElfView::text(std::uint64_t offset, std::uint64_t limit) const {
  const auto available = offset < file_.size() ? file_.size() - offset : 0;
  auto content = bytes(offset, std::min(limit, available));
  const auto end = content.find('\0');
  if (end == std::string::npos) {
    throw Error{Errc::invalid_document,
                fmt::format("a text at {} of the ELF file has no end within {} bytes", offset, limit)};
  }
  content.resize(end);
  return content;
}

std::uint64_t ElfView::offset_of(std::uint64_t address) const {
  for (const auto& segment : segments_) {
    if (segment.type != segment_load || address < segment.address) continue;
    const auto distance = address - segment.address;
    if (distance >= segment.file_size || distance >= file_.size() || segment.offset > file_.size()) continue;
    return segment.offset + distance;
  }
  throw Error{Errc::invalid_document, fmt::format("address {:#x} of the ELF file is in no loaded segment", address)};
}

bool ElfView::has_section(std::uint32_t type) const noexcept {
  try {
    return find_section(type);
  } catch (const Error&) {
    return false;
  }
}

bool ElfView::find_section(std::uint32_t type) const {
  const auto table = address(wide_ ? 40 : 32);
  const std::uint64_t entry_size = half(wide_ ? 58 : 46);
  std::uint64_t count = half(wide_ ? 60 : 48);
  if (table == 0 || entry_size != (wide_ ? 64 : 40)) return false;
  if (count == 0) count = address(table + (wide_ ? 32 : 20));  // more than 65279: the size of section 0 says how many
  count = std::min(count, max_sections);
  require(table, count * entry_size);
  for (std::uint64_t index = 0; index < count; ++index) {
    if (word(table + index * entry_size + 4) == type) return true;
  }
  return false;
}

}  // namespace ocibuild
