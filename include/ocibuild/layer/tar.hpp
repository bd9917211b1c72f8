// Reading the tar of a layer, whoever made it: every entry is described, nothing is ever unpacked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// What an entry is. The last three mean deletions from lower layers (image-spec v1.1.1, layer.md#whiteouts).
enum class TarKind {
  file,
  directory,
  symlink,
  hardlink,
  character_device,
  block_device,
  fifo,
  whiteout,         ///< hides `path` of lower layers; the entry itself is named `.wh.` and that name
  opaque,           ///< hides everything of lower layers below `path`
  ignored_whiteout  ///< `.wh..wh.` and something else: metadata of AUFS, to be ignored
};
std::string_view to_string(TarKind kind) noexcept;

/// What is wrong or dangerous about an entry.
enum class TarFlaw {
  absolute_path,         ///< `path` is given without the leading `/`
  leaves_root,           ///< the path contains `..`; it is given as it is
  duplicate,             ///< an earlier entry has, or has implied, this path as something else
  parent_not_directory,  ///< lies below an earlier entry that is not a directory; below a symlink it would land
                         ///< elsewhere
  link_leaves_root,      ///< a hardlink whose target is absolute or contains `..`
  link_without_file,     ///< a hardlink whose target is no earlier file of this layer
  invalid_whiteout,      ///< `.wh.` alone, or a whiteout that is not a file
  not_utf8,              ///< a path or link that is not UTF-8
  damaged_attributes     ///< numbers below zero, malformed extended headers: what could be read is given
};
std::string_view to_string(TarFlaw flaw) noexcept;

/// One entry as it was found.
struct TarEntry {
  std::string path;  ///< in one spelling: no leading or trailing `/`, no `.`; empty: the root of the image
  TarKind kind = TarKind::file;
  std::string link;  ///< symlink: its target verbatim; hardlink: the path of the file, spelled as `path`
  std::uint32_t mode = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::int64_t mtime = 0;  ///< whole seconds since 1970
  std::uint64_t size = 0;
  std::uint64_t device_major = 0;
  std::uint64_t device_minor = 0;
  std::map<std::string, std::string> xattrs;
  std::uint64_t content_offset = 0;  ///< where the content starts, in bytes of the tar
  std::vector<TarFlaw> flaws;        ///< ascending

  bool has(TarFlaw flaw) const noexcept;
};

/// How much a tar may ask for.
struct TarLimits {
  std::uint64_t size = std::uint64_t{64} << 30;  ///< of the whole tar, in bytes
  std::size_t entries = 1 << 20;
  std::size_t path = 4096;        ///< of one path or link, in bytes: PATH_MAX of Linux
  std::size_t paths = 128 << 20;  ///< of all paths together: they are kept to find duplicates
};

/// A layer as it is without compression.
struct UncompressedLayer {
  Digest diff_id;  ///< of every byte, those after the end of the archive included
  std::uint64_t size = 0;

  friend bool operator==(const UncompressedLayer&, const UncompressedLayer&) = default;
};

/// Takes an entry and its content. The content can be read during the call, in part or not at all; reading it throws
/// Error{unsupported} for a sparse file.
using VisitTarEntry = std::function<void(const TarEntry& entry, Source& content)>;

/// Visits every entry in order and reads `tar` to its end. Formats: ustar, pax, GNU tar, old tar; nothing else.
/// Independent of the locale, with memory bounded by `limits`. What `tar` and `visit` throw comes through.
/// Throws Error{invalid_document} for what is not a tar, is cut off, or exceeds a limit.
UncompressedLayer read_tar(Source& tar, const VisitTarEntry& visit, const TarLimits& limits = {});

/// The same for a compressed layer. Throws also as make_decompressor.
UncompressedLayer read_layer(std::unique_ptr<Source> layer, Compression compression, const VisitTarEntry& visit,
                             const TarLimits& limits = {});

/// The diff_id and size of a compressed layer, without looking into the tar. Throws Error{invalid_document} above
/// `limit` bytes, and as make_decompressor.
UncompressedLayer measure_layer(std::unique_ptr<Source> layer, Compression compression,
                                std::uint64_t limit = TarLimits{}.size);

}  // namespace ocibuild
