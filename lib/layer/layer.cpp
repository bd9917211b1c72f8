// A filesystem layer from a list of files, in one pass.
#include "ocibuild/layer/layer.hpp"

#include "layer/entry_list.hpp"
#include "layer/tar_writer.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {

Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Sink& to) {
  const std::vector<FileEntry> ordered = ordered_entries(entries);
  if (options.compression != Compression::none) throw Error{Errc::unsupported, "no compressor is built in"};
  HashingSink blob{to};
  Sink& compressor = blob;
  HashingSink tar{compressor};
  TarWriter writer{tar, options.mtime};
  for (const FileEntry& entry : ordered) writer.add(entry);
  writer.finish();
  tar.finish();
  Descriptor descriptor{
      .media_type = std::string{media_type::layer_tar}, .digest = blob.digest(), .size = blob.size()};
  return Layer{.descriptor = std::move(descriptor), .diff_id = tar.digest(), .uncompressed_size = tar.size()};
}

}  // namespace ocibuild
