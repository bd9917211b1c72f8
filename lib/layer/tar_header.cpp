// The headers of a tar entry as bytes (POSIX.1-2017, pax: "ustar Interchange Format" and "pax Interchange Format").
#include "layer/tar_header.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "layer/entry_path.hpp"

namespace ocibuild {
namespace {

using PaxRecords = std::map<std::string, std::string>;  // in the order of their keys, so the bytes have one order

struct Field {
  std::size_t offset;
  std::size_t width;

  /// The largest number that fits: octal digits and a NUL.
  constexpr std::uint64_t max() const noexcept { return (std::uint64_t{1} << (3 * (width - 1))) - 1; }
};

constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field uid_field{108, 8};
constexpr Field gid_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field mtime_field{136, 12};
constexpr Field checksum_field{148, 8};
constexpr Field typeflag_field{156, 1};
constexpr Field link_field{157, 100};
constexpr Field magic_field{257, 6};
constexpr Field version_field{263, 2};
constexpr Field major_field{329, 8};
constexpr Field minor_field{337, 8};
constexpr Field prefix_field{345, 155};

class UstarHeader {
 public:
  explicit UstarHeader(char typeflag) {
    put(typeflag_field, std::string_view{&typeflag, 1});
    put(magic_field, "ustar");
    put(version_field, "00");
    put_number(major_field, 0);
    put_number(minor_field, 0);
  }

  void put(Field field, std::string_view text) { block_.replace(field.offset, text.size(), text); }

  void put_number(Field field, std::uint64_t number) { put(field, fmt::format("{:0{}o}", number, field.width - 1)); }

  /// The finished block. The checksum counts its own field as spaces.
  std::string sealed() && {
    put(checksum_field, "        ");
    unsigned sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    put(checksum_field, fmt::format("{:06o}", sum));
    block_[checksum_field.offset + 6] = '\0';  // and the last byte stays a space
    return std::move(block_);
  }

 private:
  std::string block_ = std::string(tar_block_size, '\0');
};

/// A record counts its own length, digits included, so the length is found by trying.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // space, equals sign, newline
  std::size_t length = rest + 1;
  while (rest + fmt::formatted_size("{}", length) != length) ++length;
  std::string record = fmt::format("{} {}=", length, key);
  record.append(value).push_back('\n');
  return record;
}

/// What a field says when a pax record says it in full: ASCII, cut to its width, and never ending in the slash that
/// would make a reader without pax take a cut path for a directory.
std::string cut_to(Field field, std::string_view text) {
  std::string cut{text.substr(0, field.width)};
  for (char& c : cut) {
    if (!is_ascii({&c, 1})) c = '_';
  }
  if (text.size() > field.width) {
    while (cut.ends_with('/')) cut.pop_back();
  }
  return cut;
}

/// Splits a long path at the last slash that leaves at most 155 bytes before it; nothing when the rest is too long.
std::optional<std::size_t> split_point(std::string_view path) {
  const std::size_t last = std::min(path.size() - 2, prefix_field.width);  // never the slash that ends a directory
  const std::size_t slash = path.rfind('/', last);
  if (slash == std::string_view::npos || slash == 0 || path.size() - slash - 1 > name_field.width) return std::nullopt;
  return slash;
}

void put_path(UstarHeader& header, PaxRecords& records, const std::string& path) {
  if (!is_ascii(path)) {
    records["path"] = path;
    header.put(name_field, cut_to(name_field, path));
  } else if (path.size() <= name_field.width) {
    header.put(name_field, path);
  } else if (const auto slash = split_point(path)) {
    header.put(prefix_field, std::string_view{path}.substr(0, *slash));
    header.put(name_field, std::string_view{path}.substr(*slash + 1));
  } else {
    records["path"] = path;
    header.put(name_field, cut_to(name_field, path));
  }
}

void put_link(UstarHeader& header, PaxRecords& records, const std::string& link) {
  if (!is_ascii(link) || link.size() > link_field.width) records["linkpath"] = link;
  header.put(link_field, cut_to(link_field, link));
}

/// A number that does not fit is cut to the largest one: a reader without pax must not take a file for root's.
void put_number(UstarHeader& header, PaxRecords& records, Field field, const char* key, std::uint64_t number) {
  if (number > field.max()) records[key] = fmt::format("{}", number);
  header.put_number(field, std::min(number, field.max()));
}

void put_mtime(UstarHeader& header, PaxRecords& records, std::int64_t mtime) {
  if (mtime < 0) {
    records["mtime"] = fmt::format("{}", mtime);
    header.put_number(mtime_field, 0);
  } else {
    put_number(header, records, mtime_field, "mtime", static_cast<std::uint64_t>(mtime));
  }
}

/// The extended header for `records`: an entry of its own. Its name is for readers that do not know it.
std::string pax_header(std::string_view path, const PaxRecords& records) {
  std::string body;
  for (const auto& [key, value] : records) body += pax_record(key, value);
  UstarHeader header{'x'};
  header.put(name_field, cut_to(name_field, fmt::format("PaxHeaders.0/{}", base_name(path))));
  header.put_number(mode_field, 0644);
  header.put_number(uid_field, 0);
  header.put_number(gid_field, 0);
  header.put_number(size_field, body.size());
  header.put_number(mtime_field, 0);
  body.append(tar_padding(body.size()), '\0');
  return std::move(header).sealed() + body;
}

constexpr char typeflag(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::file: return '0';
    case EntryKind::hardlink: return '1';
    case EntryKind::symlink: return '2';
    case EntryKind::directory: return '5';
  }
  return '0';
}

}  // namespace

std::string encode_tar_header(const FileEntry& entry, std::uint64_t size, std::int64_t mtime) {
  UstarHeader header{typeflag(entry.kind)};
  PaxRecords records;
  put_path(header, records, entry.kind == EntryKind::directory ? entry.path + '/' : entry.path);
  header.put_number(mode_field, entry.mode);
  put_number(header, records, uid_field, "uid", entry.uid);
  put_number(header, records, gid_field, "gid", entry.gid);
  put_number(header, records, size_field, "size", entry.kind == EntryKind::file ? size : 0);
  put_mtime(header, records, mtime);
  if (entry.kind == EntryKind::symlink || entry.kind == EntryKind::hardlink) put_link(header, records, entry.link);
  for (const auto& [name, value] : entry.xattrs) records["SCHILY.xattr." + name] = value;
  std::string bytes = records.empty() ? std::string{} : pax_header(entry.path, records);
  return bytes += std::move(header).sealed();
}

}  // namespace ocibuild
