// A filesystem layer from a list of files, in one pass: tar, diff_id, compression, digest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/layer/tar.hpp"
#include "ocibuild/spec/descriptor.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

enum class EntryKind { file, directory, symlink, hardlink };

/// One thing in a layer. `path`, and `link` of a hardlink, are places in the image, from its root and with `/` as
/// separator: `usr/bin/a`, `/usr/bin/a`, `./usr/bin/a` and `usr/bin/a/` are the same place. Names are UTF-8.
struct FileEntry {
  std::string path;  ///< `usr/local/bin/engine`
  EntryKind kind = EntryKind::file;
  std::filesystem::path source;                 ///< file: where the content is, unless `content` is set
  Symlinks source_symlinks = Symlinks::follow;  ///< file: what to do when `source` itself is a symlink
  std::shared_ptr<const std::string> content;   ///< file: the content itself
  std::string link;                             ///< symlink: its target verbatim; hardlink: the path of the first name
  std::uint32_t mode = 0644;                    ///< permission bits, up to 07777; a symlink always gets 0777
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::map<std::string, std::string> xattrs;  ///< name to raw value, as `security.capability`
};

struct LayerOptions {
  Compression compression = Compression::gzip;  ///< gzip is format gz1, see lib/layer/FORMAT.md
  std::int64_t mtime = 0;                       ///< of every entry, seconds since 1970
  unsigned jobs = 1;                            ///< worker threads for compression; never changes the bytes
};

/// A layer that was written.
struct Layer {
  Descriptor descriptor;                ///< of the compressed bytes; annotated with the format
  Digest diff_id;                       ///< of the tar
  std::uint64_t uncompressed_size = 0;  ///< of the tar, in bytes
};

/// Writes the layer to `to` (and finishes it). Entries may come in any order; missing parents are added as 0755 root.
/// Equal entries and options give equal bytes on every machine. Memory does not grow with the content.
///
/// Of a file and its hardlinks the first name in layer order becomes the file, and the others link to it and share its
/// attributes; which of them the caller gave as the file does not matter.
///
/// Throws Error{invalid_document} for entries that contradict each other: two for one path, one below what is not a
/// directory, a hardlink without its file; {invalid_argument} for a path that leaves the image, and numbers out of
/// range; {unsupported} for names no layer can hold: not UTF-8, or starting with `.wh.`; {not_found, invalid_document,
/// io} for a source that is missing, not a regular file, unreadable, or changes its size meanwhile.
Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Sink& to);

/// What write_layer would say of the tar, without compressing it: every source is read and hashed once.
/// Throws as write_layer.
UncompressedLayer describe_tar(std::span<const FileEntry> entries, std::int64_t mtime = 0);

}  // namespace ocibuild
