// Parsing ustar headers with the pax and GNU extensions that change names, links and sizes (POSIX.1-2001 pax).
#include "store/tar_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr std::uint64_t block_size = 512;
constexpr std::uint64_t max_extension_size = 1 << 20;  // bytes; long names and pax records are far smaller

using Block = std::array<char, block_size>;

[[noreturn]] void throw_damaged(std::uint64_t offset, std::string_view what) {
  throw Error{Errc::invalid_document, fmt::format("damaged tar header at offset {}: {}", offset, what)};
}

std::string_view field(const Block& block, std::size_t offset, std::size_t size) {
  return std::string_view{block.data(), block.size()}.substr(offset, size);
}

std::string text_field(const Block& block, std::size_t offset, std::size_t size) {
  const std::string_view bytes = field(block, offset, size);
  return std::string{bytes.substr(0, bytes.find('\0'))};
}

/// Octal digits, or with the high bit set a big-endian binary number (GNU, for sizes over 8 GiB).
std::optional<std::uint64_t> parse_number(std::string_view bytes) {
  std::uint64_t value = 0;
  if (static_cast<unsigned char>(bytes.front()) == 0x80) {
    for (const char c : bytes.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }
  const std::size_t begin = std::min(bytes.find_first_not_of(' '), bytes.size());
  const std::size_t end = std::min(bytes.find_first_of(std::string_view{" \0", 2}, begin), bytes.size());
  const char* last = bytes.data() + end;
  const auto [rest, error] = std::from_chars(bytes.data() + begin, last, value, 8);
  if (rest != last || (error != std::errc{} && begin != end)) return std::nullopt;
  if (value >> 62 != 0) return std::nullopt;
  return value;
}

bool has_right_checksum(const Block& block) {
  std::uint64_t sum = 8 * ' ';  // the checksum field itself counts as spaces
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(block[i]);
  }
  return parse_number(field(block, 148, 8)) == sum;
}

/// What extension headers say about the next entry.
struct Extensions {
  std::optional<std::string> name;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
};

/// Takes pax records, each `LENGTH KEY=VALUE\n`.
void take_pax_records(std::string_view records, std::uint64_t offset, Extensions& extensions) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [rest, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(rest - records.data());
    if (error != std::errc{} || length > records.size() || length < digits + 2 || records[digits] != ' ' ||
        records[length - 1] != '\n') {
      throw_damaged(offset, "pax record of wrong length");
    }
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) throw_damaged(offset, "pax record without a value");
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") extensions.name = value;
    if (key == "linkpath") extensions.link = value;
    if (key == "size") {
      std::uint64_t size = 0;
      const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (bad != std::errc{} || end != value.data() + value.size() || size >> 62 != 0)
        throw_damaged(offset, "pax size");
      extensions.size = size;
    }
    if (key.starts_with("GNU.sparse.")) throw_damaged(offset, "sparse files do not belong into an archive of images");
    records.remove_prefix(length);
  }
}

TarMember parse_header(const Block& block, std::uint64_t offset) {
  if (!has_right_checksum(block)) throw_damaged(offset, "wrong checksum");
  const auto size = parse_number(field(block, 124, 12));
  if (!size) throw_damaged(offset, "size is not a number");
  TarMember entry{.name = text_field(block, 0, 100),
                  .link = text_field(block, 157, 100),
                  .type = block[156],
                  .offset = offset + block_size,
                  .size = *size};
  // GNU uses the bytes of the prefix for other things, and says so in the magic.
  const std::string prefix = field(block, 257, 6) == std::string_view{"ustar\0", 6} ? text_field(block, 345, 155) : "";
  if (!prefix.empty()) entry.name = fmt::format("{}/{}", prefix, entry.name);
  return entry;
}

bool has_content(char type) {
  return type == '0' || type == '\0' || type == '7' || type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

std::string read_extension(const ReadAt& read_at, const TarMember& entry) {
  if (entry.size > max_extension_size) throw_damaged(entry.offset - block_size, "extension header is too long");
  std::string content(entry.size, '\0');
  read_at(entry.offset, std::as_writable_bytes(std::span{content}));
  return content;
}

/// Applies an extension header to `extensions`; false when the entry is not one.
bool take_extension(const ReadAt& read_at, const TarMember& entry, Extensions& extensions) {
  switch (entry.type) {
    case 'g': return true;  // global records hold comments, never names
    case 'x': take_pax_records(read_extension(read_at, entry), entry.offset - block_size, extensions); return true;
    case 'L': extensions.name = read_extension(read_at, entry).c_str(); return true;  // up to its zero byte
    case 'K': extensions.link = read_extension(read_at, entry).c_str(); return true;
    default: return false;
  }
}

}  // namespace

void read_tar_headers(const ReadAt& read_at, std::uint64_t file_size,
                      const std::function<void(const TarMember&)>& take) {
  Extensions extensions;
  for (std::uint64_t offset = 0; offset < file_size;) {
    Block block{};
    if (read_at(offset, std::as_writable_bytes(std::span{block})) < block.size()) throw_damaged(offset, "cut short");
    if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) return;
    TarMember entry = parse_header(block, offset);
    if (entry.type == 'S') throw_damaged(offset, "sparse files do not belong into an archive of images");
    if (!has_content(entry.type)) entry.size = 0;
    const bool is_extension = entry.type == 'x' || entry.type == 'g' || entry.type == 'L' || entry.type == 'K';
    if (!is_extension && extensions.size && has_content(entry.type)) entry.size = *extensions.size;
    if (entry.size > file_size - entry.offset) throw_damaged(offset, "the content goes beyond the end of the file");
    if (!take_extension(read_at, entry, extensions)) {
      if (extensions.name) entry.name = *extensions.name;
      if (extensions.link) entry.link = *extensions.link;
      take(entry);
      extensions = {};
    }
    offset = entry.offset + (entry.size + block_size - 1) / block_size * block_size;
  }
}

}  // namespace ocibuild
