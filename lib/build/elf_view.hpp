// Checked reading of an ELF file: numbers in the file's byte order and width, texts, and addresses as the loader maps
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "build/random_access.hpp"

namespace ocibuild {

/// A part of the file that the loader maps, from a program header.
struct ElfSegment {
  std::uint32_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t alignment = 0;
};

/// An ELF file behind its identification bytes. Every read throws Error{invalid_document} outside the file.
class ElfView {
 public:
  /// Reads the identification and the program headers. Throws Error{invalid_document}, {unsupported}.
  explicit ElfView(const RandomAccess& file);

  bool wide() const noexcept { return wide_; }  ///< 64-bit class
  bool big_endian() const noexcept { return big_endian_; }
  std::uint16_t kind() const noexcept { return kind_; }        ///< e_type
  std::uint16_t machine() const noexcept { return machine_; }  ///< e_machine
  const std::vector<ElfSegment>& segments() const noexcept { return segments_; }

  std::uint16_t half(std::uint64_t offset) const { return static_cast<std::uint16_t>(number(offset, 2)); }
  std::uint32_t word(std::uint64_t offset) const { return static_cast<std::uint32_t>(number(offset, 4)); }
  std::uint64_t address(std::uint64_t offset) const { return number(offset, wide_ ? 8 : 4); }

  /// `size` bytes from `offset`.
  std::string bytes(std::uint64_t offset, std::uint64_t size) const;

  /// The text from `offset` up to a NUL, which must come within `limit` bytes.
  std::string text(std::uint64_t offset, std::uint64_t limit) const;

  /// Where the byte that the loader puts at `address` lies in the file.
  std::uint64_t offset_of(std::uint64_t address) const;

  /// True when a section of this type is announced. Damaged section headers count as none: no loader reads them.
  bool has_section(std::uint32_t type) const noexcept;

 private:
  void require(std::uint64_t offset, std::uint64_t size) const;
  std::uint64_t number(std::uint64_t offset, std::size_t width) const;
  void read_segments();
  bool find_section(std::uint32_t type) const;

  const RandomAccess& file_;
  bool wide_ = false;
  bool big_endian_ = false;
  std::uint16_t kind_ = 0;
  std::uint16_t machine_ = 0;
  std::vector<ElfSegment> segments_;
};

}  // namespace ocibuild
