// Tars built by hand for tests: whatever an attacker may put into a header, without the checks of the writer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "layer/tar_header.hpp"

namespace ocibuild::testing {

inline FileEntry file_entry(std::string path, std::string content = {}) {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(content))};
}

inline FileEntry link_entry(EntryKind kind, std::string path, std::string to) {
  return {.path = std::move(path), .kind = kind, .link = std::move(to)};
}

inline FileEntry directory_entry(std::string path) {
  return {.path = std::move(path), .kind = EntryKind::directory, .mode = 0755};
}

/// An entry as it stands, with its content.
inline std::string entry_bytes(const FileEntry& entry) {
  const std::string content = entry.content ? *entry.content : std::string{};
  std::string bytes = encode_tar_header(entry, content.size(), 0) + content;
  return bytes.append(tar_padding(content.size()), '\0');
}

/// Overwrites a field of the last header block in `headers` and mends the checksum.
inline std::string patched(std::string headers, std::size_t offset, std::string_view field) {
  const std::size_t block = headers.size() - tar_block_size;
  headers.replace(block + offset, field.size(), field);
  headers.replace(block + 148, 8, "        ");
  unsigned sum = 0;
  for (std::size_t i = block; i < headers.size(); ++i) sum += static_cast<unsigned char>(headers[i]);
  std::string digits = "000000";
  for (std::size_t i = 6; i-- > 0; sum /= 8) digits[i] = static_cast<char>('0' + sum % 8);
  return headers.replace(block + 148, 7, digits + '\0');
}

inline const std::string end_of_tar = std::string(2 * tar_block_size, '\0');

}  // namespace ocibuild::testing
