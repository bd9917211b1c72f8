// Zip archives made field by field (APPNOTE.TXT 4.3), so that they can also be what no archiver makes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild::testing {

struct ZipEntry {
  std::string name;
  std::string content;
  std::uint16_t flags = 0;        ///< general purpose bits: 1 is encrypted, 0x800 a name in UTF-8
  std::uint32_t mode = 0100'644;  ///< of Unix
};

namespace detail {

inline std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

inline std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffff'ffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

}  // namespace detail

/// The archive, its content stored as it is.
inline std::string make_zip(const std::vector<ZipEntry>& entries) {
  using detail::little;
  std::string files;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const auto size = static_cast<std::uint32_t>(entry.content.size());
    const auto name_size = static_cast<std::uint32_t>(entry.name.size());
    // Flags, method, time, date, checksum, both sizes, length of the name, of the extra field.
    const std::string common = little(entry.flags, 2) + little(0, 2) + little(0, 2) + little(0x21, 2) +
                               little(detail::crc32(entry.content), 4) + little(size, 4) + little(size, 4) +
                               little(name_size, 2) + little(0, 2);
    directory += "PK\1\2" + little(3 << 8 | 20, 2) + little(20, 2) + common + little(0, 4) + little(0, 2) +
                 little(entry.mode << 16, 4) + little(static_cast<std::uint32_t>(files.size()), 4) + entry.name;
    files += "PK\3\4" + little(20, 2) + common + entry.name + entry.content;
  }
  const auto count = static_cast<std::uint32_t>(entries.size());
  return files + directory + "PK\5\6" + little(0, 4) + little(count, 2) + little(count, 2) +
         little(static_cast<std::uint32_t>(directory.size()), 4) + little(static_cast<std::uint32_t>(files.size()), 4) +
         little(0, 2);
}

}  // namespace ocibuild::testing
